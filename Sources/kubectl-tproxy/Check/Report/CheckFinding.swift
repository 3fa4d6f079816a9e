import ObjectModel

/// One thing that is wrong in the cluster, with what mends it.
struct CheckFinding: Hashable, Sendable {
    /// Such as `TPX110`.
    let code: String
    /// What kind of thing that is.
    let title: String
    /// What is wrong, in one sentence.
    let sentence: String
    /// The command that mends it, or leads to what does.
    let mend: String
    /// Where it is explained.
    let page: String

    /// Words of others may be as long as they like.
    private static let longestSentence = 2000

    init(_ code: ProblemCode, _ sentence: String, mend: String) {
        self.init(code: code.text, title: code.title, sentence: sentence, mend: mend, page: code.page)
    }

    init(code: String, title: String, sentence: String, mend: String, page: String) {
        self.code = code
        self.title = title
        self.sentence = BoundedText.line(sentence, limit: Self.longestSentence)
        self.mend = mend
        self.page = page
    }
}
