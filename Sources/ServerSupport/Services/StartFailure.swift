public import Configuration

/// Why a server can't run.
public struct StartFailure: Error, Hashable, Sendable {
    /// A line for each fault, with what to do.
    public let reasons: [String]

    /// One fault.
    public init(_ reason: String) {
        reasons = [reason]
    }

    /// What is wrong with the configuration.
    public init(_ error: ConfigurationError) {
        reasons = error.problems.map(\.description)
    }
}
