import Configuration

/// Why the relay can't run in a cluster.
enum ClusterRelayFailure: Error, Hashable {
    case configuration(ConfigurationError)
    case cluster(String)
    case address(String)

    /// A line for each fault, with what to do.
    var reasons: [String] {
        switch self {
        case .configuration(let error): error.problems.map(\.description)
        case .cluster(let reason): ["\(reason); check --kubeconfig"]
        case .address(let address): ["\(address) is no address to listen on; correct --address"]
        }
    }
}
