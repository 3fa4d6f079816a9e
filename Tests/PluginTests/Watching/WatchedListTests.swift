import ObjectModel
import Testing

@testable import kubectl_tproxy

@Suite("What a watch has told")
struct WatchedListTests {
    private func object(_ name: String) throws -> ObjectValue {
        try JSONReader.document(#"{"metadata":{"namespace":"shop","name":"\#(name)"}}"#).value
    }

    private func event(_ type: String, _ name: String) throws -> WatchedEvent {
        try #require(
            WatchedEvent(
                JSONReader.document(
                    #"{"type":"\#(type)","object":{"metadata":{"namespace":"shop","name":"\#(name)"}}}"#
                ).value
            )
        )
    }

    @Test("Objects come and go, in order of their names")
    func life() throws {
        var list = WatchedList()
        list.receive(.listed([]))
        for name in ["b", "a", "c"] { list.receive(try event("ADDED", name)) }
        #expect(list.views.map(\.name) == ["a", "b", "c"])
        list.receive(try event("DELETED", "b"))
        #expect(list.views.map(\.name) == ["a", "c"] && !list.isDeleted)
        list.receive(try event("DELETED", "a"))
        list.receive(try event("DELETED", "c"))
        #expect(list.isDeleted)
        list.receive(try event("ADDED", "a"))
        #expect(!list.isDeleted)
    }

    @Test("After a break what there is comes anew, and until then the old is shown and said to be old")
    func interruption() throws {
        var list = WatchedList()
        list.receive(.listed([]))
        for name in ["a", "b"] { list.receive(try event("ADDED", name)) }
        list.receive(.interrupted(KubectlError(.unreachable, "no route")))
        #expect(list.views.count == 2 && list.trouble.count == 1)
        list.receive(.listed(try ["a", "b"].map(object)))
        #expect(list.views.map(\.name) == ["a", "b"] && list.trouble.isEmpty)
        list.receive(try event("ADDED", "b"))
        #expect(list.views.map(\.name) == ["b"])
    }

    @Test("an empty list after a break leaves nothing")
    func everythingGone() throws {
        var list = WatchedList()
        list.receive(.listed(try ["a", "b"].map(object)))
        #expect(!list.isDeleted)
        for name in ["a", "b"] { list.receive(try event("ADDED", name)) }
        list.receive(.interrupted(KubectlError(.unreachable, "no route")))
        list.receive(.listed([]))
        #expect(list.views.isEmpty && list.isDeleted && list.trouble.isEmpty)
    }

    @Test("What says nothing of an object is no event")
    func others() throws {
        for text in [#"{"type":"BOOKMARK","object":{"metadata":{}}}"#, #"{"type":"ERROR","object":{}}"#, "{}"] {
            #expect(WatchedEvent(try JSONReader.document(text).value) == nil)
        }
    }
}
