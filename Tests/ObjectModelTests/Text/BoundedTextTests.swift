import ObjectModel
import Testing

@Suite("Bounded text")
struct BoundedTextTests {
    @Test(
        "It fits, on one line, without breaking a character",
        arguments: [
            ("plain", 5, "plain"), ("plainer", 5, "pl…"), ("", 5, ""), ("a\nb\u{1B}c\u{7F}", 9, "a b c "),
            ("äöü", 6, "äöü"), ("äöüä", 6, "ä…"), ("äöüä", 7, "äö…"), ("long", 2, ""), ("long", 3, "…"),
            ("a\u{2028}b", 9, "a b"), ("a\r\nb", 9, "a  b"),
            ("a\u{202E}b\u{2066}c", 20, "a b c"), ("x\u{200D}y", 20, "x\u{200D}y"),
        ]
    )
    func line(text: String, limit: Int, expected: String) {
        #expect(BoundedText.line(text, limit: limit) == expected)
        #expect(BoundedText.line(text, limit: limit).utf8.count <= limit)
    }
}
