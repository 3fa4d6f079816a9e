import Testing
import Text

@Suite("Text cutter")
struct TextCutterTests {
    @Test(
        "a text fits, or ends with an ellipsis between characters",
        arguments: [
            ("", 0, ""), ("plain", 5, "plain"), ("plainer", 5, "pl..."), ("long", 3, "..."), ("long", 2, ""),
            ("a", 0, ""), ("äöü", 6, "äöü"), ("äöüä", 6, "ä..."), ("äöüä", 7, "äö..."),
            ("a\u{1F4E7}b", 6, "a\u{1F4E7}b"),
            ("a\u{1F4E7}bc", 6, "a..."), ("\u{1F4E7}\u{1F4E7}", 7, "\u{1F4E7}..."),
        ]
    )
    func cut(text: String, limit: Int, expected: String) {
        let shown = TextCutter.cut(text.unicodeScalars, limit: limit, ellipsis: "...") { $0 }
        #expect(shown == expected)
        #expect(shown.utf8.count <= limit)
    }

    @Test("what is shown of a character counts, not the character")
    func shown() {
        let wide = TextCutter.cut("abcd".unicodeScalars, limit: 9, ellipsis: "…") { _ in "\u{FFFD}" }
        #expect(wide == "\u{FFFD}\u{FFFD}…")
        let narrow = TextCutter.cut("\u{1F4E7}\u{1F4E7}\u{1F4E7}".unicodeScalars, limit: 3, ellipsis: "…") { _ in "?" }
        #expect(narrow == "???")
    }

    @Test("no more is looked at than fits")
    func steps() {
        var count = 0
        let endless = sequence(first: Unicode.Scalar("x")) { $0 }
        let text = TextCutter.cut(endless, limit: 100, ellipsis: "...") {
            count += 1
            return $0
        }
        #expect(text.utf8.count == 100)
        #expect(count == 101)
    }
}
