/// What kubectl is told about a word that is being typed: a line for each candidate, and a last one with what to do.
///
/// A shell reads them, so that nothing of the cluster's that means anything to a shell is among them.
struct CompletionAnswer: Hashable, Sendable {
    private static let mostCandidates = 2000

    let candidates: [CompletionSource.Candidate]
    /// Whether the shell looks for files, too.
    let takesFiles: Bool

    /// - Parameters:
    ///   - candidates: All there are.
    ///   - line: Says which of them fit.
    init(_ candidates: [CompletionSource.Candidate], for line: CompletionLine, takesFiles: Bool = false) {
        var lead = ""
        if case .optionValue(_, let word) = line.place { lead = word }
        let isRepeating = if case .positional = line.place { true } else { false }
        self.candidates = candidates.lazy.filter { candidate in
            candidate.text.hasPrefix(line.prefix) && Self.isHarmless(candidate.text)
                && !(isRepeating && line.positionals.contains(candidate.text))
        }.prefix(Self.mostCandidates).map { CompletionSource.Candidate(text: lead + $0.text, summary: $0.summary) }
        self.takesFiles = takesFiles
    }

    /// Directives of kubectl's: 4 is "no files".
    var text: String {
        candidates.map { $0.text + ($0.summary.isEmpty ? "" : "\t\($0.summary)") + "\n" }.joined()
            + (takesFiles ? ":0\n" : ":4\n")
    }

    /// Whether a word means nothing to a shell, and isn't taken for an option or another line: as names are in
    /// Kubernetes, and in addition what contexts are often called by.
    static func isHarmless(_ text: String) -> Bool {
        let marks = Set("-_.:/@+=,".utf8)
        return !text.isEmpty
            && text.utf8.allSatisfy {
                (0x30...0x39).contains($0) || (0x61...0x7A).contains($0 | 0x20) || marks.contains($0)
            }
    }
}
