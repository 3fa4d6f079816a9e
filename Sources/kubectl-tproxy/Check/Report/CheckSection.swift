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

    /// Whether there was nothing to look at.
    var isIdle = false

    /// How it came out.
    enum State: String, Sendable {
        case good, bad, unknown, idle
    }

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

    var state: State {
        if !findings.isEmpty { return .bad }
        if !gaps.isEmpty { return .unknown }
        return isIdle ? .idle : .good
    }

    /// Says that there is nothing to look at, and why.
    mutating func rest(_ why: String) {
        summary = why
        isIdle = true
    }
}
