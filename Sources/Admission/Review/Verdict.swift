import DestinationRules

/// What becomes of a request.
enum Verdict: Hashable {
    /// The rules don't concern it.
    case passed
    /// The object may be stored.
    case admitted([Finding])
    /// It may not: at least one of the findings is an error.
    case refused([Finding])

    var findings: [Finding] {
        switch self {
        case .passed: []
        case .admitted(let findings), .refused(let findings): findings
        }
    }
}
