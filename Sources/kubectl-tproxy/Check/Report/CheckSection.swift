/// What one check came to.
struct CheckSection: Hashable, Sendable {
    /// What was checked, such as `Webhook`.
    let title: String
    /// What holds where nothing is wrong.
    var summary: String
    var findings: [CheckFinding] = []
    var gaps: [CheckGap] = []
    /// What a person should know and is no fault, such as what wasn't tried.
    var notes: [String] = []

    init(_ title: String, _ summary: String) {
        self.title = title
        self.summary = summary
    }

    /// Takes an observation.
    ///
    /// - Returns: `nil` where there is none, and enters a gap that says so.
    mutating func take<Value>(_ observation: ClusterFacts.Observed<Value>, _ what: String) -> Value? {
        switch observation {
        case .success(let value): return value
        case .failure(let error):
            gaps.append(CheckGap(what, error))
            return nil
        }
    }

    mutating func find(_ code: ProblemCode, _ sentence: String, mend: String) {
        findings.append(CheckFinding(code, sentence, mend: mend))
    }

    var mark: Mark {
        if !findings.isEmpty { return .bad }
        return gaps.isEmpty ? .good : .unknown
    }
}
