/// Why a name has no addresses.
public enum NameLookupFailure: String, Error, Hashable, Sendable, CaseIterable {
    /// The name server says that there is no such name, or that it has no address.
    case notFound = "not_found"
    /// The name server gives no answer, or none that can be used.
    case noAnswer = "no_answer"
    /// The question waited for too long.
    case timedOut = "timed_out"
    /// Too many questions of the same namespace wait.
    case overloaded
}
