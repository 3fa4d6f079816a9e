import Configuration

/// Why the manager can't run.
enum ManagerFailure: Error, Hashable {
    case configuration(ConfigurationError)
    case cluster(String)

    /// A line for each fault, with what to do.
    var reasons: [String] {
        switch self {
        case .configuration(let error): error.problems.map(\.description)
        case .cluster(let reason): [reason]
        }
    }
}
