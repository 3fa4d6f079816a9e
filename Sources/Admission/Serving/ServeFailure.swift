import Configuration

/// Why nothing can be served.
enum ServeFailure: Error, Hashable {
    case configuration(ConfigurationError)
    case certificate(String)
    case cluster(String)
    case cannotListen(String)

    /// A line for each fault, with what to do.
    var reasons: [String] {
        switch self {
        case .configuration(let error): error.problems.map(\.description)
        case .certificate(let reason): ["\(reason); check --tls-cert-file and --tls-key-file"]
        case .cluster(let reason): ["\(reason); check --kubeconfig"]
        case .cannotListen(let reason): ["\(reason); choose another --address or --port"]
        }
    }
}
