import Testing
import YAML

@Suite("Documents and places")
struct DocumentTests {
    @Test("Several documents, the empty ones left out")
    func several() throws {
        let text = "# first\n---\na: 1\n---\n# nothing\n---\nb: 2\n...\n"
        let documents = try YAML.documents(in: text)
        #expect(documents.count == 2)
        #expect(documents.first?["a"]?.position == SourcePosition(line: 3, column: 4))
        #expect(documents.last?["b"]?.position == SourcePosition(line: 7, column: 4))
    }

    @Test("Texts without any document", arguments: ["", "\n\n", "# only this\n", "---\n", "---\n---\n", "\u{FEFF}"])
    func none(text: String) throws {
        #expect(try YAML.documents(in: text).isEmpty)
    }

    @Test("Every node knows its place, in characters and not in bytes")
    func places() throws {
        let text = "spec:\r\n  \"ä\": [1, {b: 2}]\r\n  list:\r\n  - x\r\n"
        let spec = try #require(try YAML.documents(in: text).first?["spec"])
        guard case .mapping(let entries) = spec.value, case .sequence(let items) = entries[0].value.value else {
            Issue.record("not what was written")
            return
        }
        #expect(spec.position.description == "2:3")
        #expect(entries[0].keyPosition.description == "2:3")
        #expect(items[1]["b"]?.position.description == "2:16")
        #expect(entries[1].value.position.description == "4:3")
    }

    @Test("JSON is YAML")
    func json() throws {
        let document = try #require(try YAML.documents(in: #"{"a": [true, null, "x"], "b": {}}"#).first)
        #expect(document["a"]?.position.column == 7)
        #expect(document["b"]?.value == .mapping([]))
    }

    @Test("Aliases stand for what they repeat")
    func aliases() throws {
        let document = try #require(try YAML.documents(in: "a: &x {p: 1}\nb: *x\n").first)
        #expect(document["b"]?["p"]?.scalar?.resolved == .integer(1))
        #expect(document["b"]?.position == SourcePosition(line: 2, column: 4))
    }

    @Test("Merge keys fill in what is not written; of a list the earlier wins")
    func merge() throws {
        let text = "x: &x {p: 1, q: 1}\ny: &y {q: 2, r: 2}\nz:\n  <<: [*x, *y]\n  p: 3\n"
        let z = try #require(try YAML.documents(in: text).first?["z"])
        #expect(z["p"]?.scalar?.text == "3")
        #expect(z["q"]?.scalar?.text == "1")
        #expect(z["r"]?.scalar?.text == "2")
        guard case .mapping(let entries) = z.value else { return }
        #expect(entries.map(\.key) == ["p", "q", "r"])
    }
}
