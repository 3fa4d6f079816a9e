import FoundationEssentials

/// A line of the relay's standard output: a route that it listens for.
struct RelayRoute: Decodable, Equatable {
    var namespace: String
    var destination: String
    var tenant: String?
    var service: String
    var address: String
    var port: Int

    /// Nil for a line that is something else.
    init?(line: String) {
        guard let route = try? JSONDecoder().decode(RelayRoute.self, from: Data(line.utf8)) else { return nil }
        self = route
    }
}
