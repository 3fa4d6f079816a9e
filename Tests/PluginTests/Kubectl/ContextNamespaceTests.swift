import ObjectModel
import Testing
import YAML

@testable import kubectl_tproxy

@Suite("The namespace of the context")
struct ContextNamespaceTests {
    private func file(_ text: String) throws -> ObjectValue {
        try ObjectDocument(#require(YAML.documents(in: text).first)).value
    }

    @Test("It is that of the current context, or of the one that is asked for; without one it is default")
    func plain() throws {
        let one = try file(
            """
            current-context: b
            contexts:
              - {name: a, context: {cluster: c, namespace: shop}}
              - {name: b, context: {cluster: c}}
              - {name: d, context: 5}
            """
        )
        #expect(ContextNamespace.namespace(in: [one], context: nil) == "default")
        #expect(ContextNamespace.namespace(in: [one], context: "a") == "shop")
        for unknown in ["d", "e"] { #expect(ContextNamespace.namespace(in: [one], context: unknown) == nil) }
    }

    @Test("Of several files the first counts that has a value; those that aren't there don't")
    func merged() throws {
        let first = try file("contexts: [{name: a, context: {namespace: shop}}]")
        let second = try file("current-context: a\ncontexts: [{name: a, context: {namespace: other}}]")
        #expect(ContextNamespace.namespace(in: [nil, first, second], context: nil) == "shop")
        #expect(ContextNamespace.namespace(in: [second, first], context: nil) == "other")
        #expect(ContextNamespace.namespace(in: [nil], context: nil) == nil)
        #expect(ContextNamespace.namespace(in: [first], context: nil) == nil)
    }
}
