import Testing

@testable import kubectl_tproxy

@Suite("A stream of JSON documents")
struct JSONDocumentsTests {
    private let text = #"{"a": "}\"{\\"}"# + "\n{\n  \"b\": {\"c\": [{}]}\n}\n" + #"{"d":"\\\\"}"#

    @Test("It is cut where documents end, however it comes", arguments: [1, 2, 3, 7, 1000])
    func pieces(length: Int) throws {
        var documents = JSONDocuments()
        var found: [String] = []
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            found += try documents.take(rest.prefix(length)).map { String(decoding: $0, as: UTF8.self) }
            rest = rest.dropFirst(length)
        }
        #expect(found == [#"{"a": "}\"{\\"}"#, "{\n  \"b\": {\"c\": [{}]}\n}", #"{"d":"\\\\"}"#])
    }

    @Test("What stands between them is passed over, and none is kept without end")
    func bounds() throws {
        var documents = JSONDocuments(maximumLength: 8)
        #expect(try documents.take("x]}, {}".utf8) == [Array("{}".utf8)])
        #expect(throws: JSONDocuments.TooLong.self) { _ = try documents.take(#"{"a":"aaaaaaaa"}"#.utf8) }
    }
}
