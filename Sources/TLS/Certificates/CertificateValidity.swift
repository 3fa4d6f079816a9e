/// When a certificate begins and ends to be valid, in seconds since 1970-01-01T00:00:00Z.
public struct CertificateValidity: Sendable, Hashable {
    /// The first second.
    public var notBefore: Int64
    /// The last second.
    public var notAfter: Int64

    /// Both ends are given by the caller, who may want certificates that are not valid yet or no more.
    public init(notBefore: Int64, notAfter: Int64) {
        self.notBefore = notBefore
        self.notAfter = notAfter
    }

    /// Valid for `seconds` from `start`, and from an hour before it, because clocks differ.
    public init(from start: Int64, seconds: Int64) {
        self.notBefore = start.saturatingAdding(-3600)
        self.notAfter = start.saturatingAdding(seconds)
    }
}

extension Int64 {
    fileprivate func saturatingAdding(_ other: Int64) -> Int64 {
        let (sum, overflow) = addingReportingOverflow(other)
        return overflow ? (other < 0 ? .min : .max) : sum
    }
}
