import ObjectModel
import Testing
import YAML

@Suite("Objects made of YAML")
struct ObjectDocumentTests {
    @Test("Values and places")
    func fromYAML() throws {
        let text = "a: yes\nb:\n- 1\n- {c: 2.5}\n465: ~\n"
        let document = ObjectDocument(try #require(try YAML.documents(in: text).first))
        let expected = ObjectValue.object([
            "a": .bool(true), "b": .array([.integer(1), .object(["c": .double(2.5)])]), "465": .null,
        ])
        #expect(document.value == expected)
        let path = FieldPath("b").item(1).member("c")
        #expect(document.positions.key(at: path) == SourcePosition(line: 4, column: 4))
        #expect(document.positions.value(at: path) == SourcePosition(line: 4, column: 7))
        #expect(document.positions.nearest(to: FieldPath("b", "x", "y")) == SourcePosition(line: 2, column: 1))
    }

    @Test("JSON gives the same object by either way")
    func sameAsJSON() throws {
        let text = #"{"a": [1, 2.5, "ä\u00e4", true, null], "b": {"c": {}}}"#
        let node = try #require(try YAML.documents(in: text).first)
        #expect(ObjectDocument(node) == (try JSONReader.document(text)))
    }
}
