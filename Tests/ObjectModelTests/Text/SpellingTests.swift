import ObjectModel
import Testing

@Suite("What a misspelt word was meant to be")
struct SpellingTests {
    @Test(
        "The nearest that is near enough",
        arguments: [
            ("servce", ["service", "spec"], "service"), ("SERVICE", ["service"], "service"), ("x", ["service"], nil),
            ("nmae", ["name", "namespace"], "name"), ("", ["a"], "a"), ("", [], nil), ("ab", ["abcd"], nil),
            // "abcd" has fewer octets to change, but is too short to be meant.
            ("abcdef", ["abcd", "abcdefghi"], "abcdefghi"),
        ] as [(String, [String], String?)]
    )
    func nearest(word: String, candidates: [String], meant: String?) {
        #expect(Spelling.nearest(to: word, in: candidates) == meant)
    }
}
