/// What an application knows of its message in the end.
enum ChaosOutcome: Hashable, Sendable {
    /// Heard 250 behind the final dot.
    case accepted
    /// Was refused, or cut off, before the final dot.
    case refused
    /// Heard another reply than 250 behind the final dot.
    case failed
    /// Was cut off, or went, behind the final dot: only the mail server knows.
    case unknown
    /// Went before the final dot.
    case withdrawn

    /// How often the mail server may have the message.
    ///
    /// What is lost behind the final dot is the one ambiguity of SMTP (RFC 1047).
    var allowedCopies: ClosedRange<Int> {
        switch self {
        case .accepted: 1...1
        case .refused, .withdrawn: 0...0
        case .failed, .unknown: 0...1
        }
    }
}
