internal import DestinationModel

/// What a relay is to do with its ports, as all the relay Services of a namespace together say it. Pure.
///
/// A port that a Service leads to which is no proper claim isn't served at all, whoever else claims it: connections come
/// to it that were meant for somebody else, or nobody knows for whom.
public struct RoutingTable: Sendable {
    /// What a port is for.
    public enum Use: Hashable, Sendable {
        /// It is to be served.
        case served(RouteClaim)
        /// It isn't, since Services contradict each other. The problem says which and what to do.
        case conflicting(problem: String)
    }

    private var readings: [String: RelayServiceReading] = [:]
    /// Which Services lead to a port.
    private var services: [Int: Set<String>] = [:]

    /// No Services.
    public init() {}

    /// Takes in what a Service says now; `nil` for one that is gone.
    ///
    /// - Parameter service: The Service's name.
    /// - Returns: the ports whose use may be another one now.
    public mutating func set(_ service: String, to reading: RelayServiceReading?) -> Set<Int> {
        let before = readings[service]?.ports ?? []
        let after = reading?.ports ?? []
        readings[service] = reading == .unrelated ? nil : reading
        for port in before {
            services[port]?.remove(service)
            if services[port]?.isEmpty == true { services[port] = nil }
        }
        for port in after { services[port, default: []].insert(service) }
        return Set(before).union(after)
    }

    /// The use of a port; `nil` for none. A port whose claim was given up has none.
    public subscript(port: Int) -> Use? {
        guard let names = services[port]?.sorted() else { return nil }
        var claims: [RouteClaim] = []
        for name in names {
            switch readings[name] {
            case .claim(let claim): claims.append(claim)
            case .malformed(_, let problem):
                return .conflicting(problem: "Service \(name) can't be used: \(problem); mend or delete it")
            case .unrelated, nil: break
            }
        }
        guard claims.count <= 1 else {
            return .conflicting(
                problem: "the Services \(names.joined(separator: ", ")) claim the same port; delete one"
            )
        }
        return claims.first.flatMap { $0.isServed ? .served($0) : nil }
    }

    /// All ports that Services lead to.
    public var ports: [Int] { Array(services.keys) }
}

extension RelayServiceReading {
    /// The ports that connections may come to from this Service.
    fileprivate var ports: [Int] {
        switch self {
        case .claim(let claim): [claim.port]
        case .malformed(let ports, _): ports
        case .unrelated: []
        }
    }
}

extension RouteClaim {
    /// Whether this claim is `other` for the same Destination and tenant, only leading elsewhere: then applications may
    /// stay connected. Whatever else differs makes it somebody else's port.
    public func isRetargeting(_ other: RouteClaim) -> Bool {
        port == other.port && owner == other.owner && isServed && other.isServed
            && route.namespace == other.route.namespace && route.resource == other.route.resource
            && route.tenant == other.route.tenant
    }
}
