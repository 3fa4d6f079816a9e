/// Why nothing can be served from a folder.
enum StandaloneFailure: Error, CustomStringConvertible {
    case noRoutes(directory: String)
    case noDestinations(directory: String)
    case noPorts(first: Int)

    var description: String {
        switch self {
        case .noRoutes(let directory):
            "there is no usable Destination resource in \(directory)/*.yaml"
        case .noDestinations(let directory):
            "none of the routes has a usable destination in \(directory)/destinations"
        case .noPorts(let first):
            "there is no free port from \(first) on"
        }
    }
}
