import ObjectModel

/// Something that couldn't be looked at, so that nobody knows whether it is well.
struct CheckGap: Hashable, Sendable {
    /// The code, where there is a section about it.
    let code: ProblemCode?
    /// What wasn't looked at, and why.
    let sentence: String

    private static let longestSentence = 2000

    /// - Parameters:
    ///   - what: What was asked for, such as `get leases in tproxy-system`.
    ///   - error: Why there was no answer.
    init(_ what: String, _ error: KubectlError) {
        if error.code == .forbidden {
            code = .notAllowed
            sentence = "you may not \(what)"
        } else {
            code = nil
            sentence = BoundedText.line("couldn't \(what): \(error.advice)", limit: Self.longestSentence)
        }
    }
}
