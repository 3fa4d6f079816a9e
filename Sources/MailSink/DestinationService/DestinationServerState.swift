internal import Synchronization

/// What all connections of one stand-in share.
final class DestinationServerState: Sendable {
    /// Where a destination or fragment is kept.
    struct Place: Hashable {
        var tenant: String?
        var isInstance: Bool
        var name: String
    }

    struct Destination {
        var properties: [String: String]
        var authTokens: String?
    }

    struct Token {
        var tenant: String?
        var expiry: ContinuousClock.Instant
    }

    struct PlannedFault {
        var fault: DestinationServer.Fault
        var tenant: String?
        var times: Int?
    }

    struct Storage {
        var client: (id: String, secret: String)?
        var tenants: [String: Bool] = [:]
        var destinations: [Place: Destination] = [:]
        var fragments: [Place: [String: String]] = [:]
        var tokens: [String: Token] = [:]
        var lifetime = Duration.seconds(3600)
        var faults: [DestinationServer.Matter: PlannedFault] = [:]
        var requests: [DestinationServer.Request] = []
    }

    private static let limit = 1000
    private static let tokenLimit = 100_000

    let storage = Mutex(Storage())
    let domain: String
    private let now: @Sendable () -> ContinuousClock.Instant

    init(domain: String, now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.domain = domain
        self.now = now
    }

    func log(_ request: DestinationServer.Request) {
        storage.withLock { storage in
            if storage.requests.count >= Self.limit { storage.requests.removeFirst(Self.limit / 2) }
            storage.requests.append(request)
        }
    }

    /// The fault due now, if any.
    func strike(_ matter: DestinationServer.Matter, tenant: String?) -> DestinationServer.Fault? {
        storage.withLock { storage in
            guard let planned = storage.faults[matter], planned.tenant == nil || planned.tenant == tenant else {
                return nil
            }
            if let times = planned.times {
                guard times > 0 else { return nil }
                storage.faults[matter]?.times = times - 1
            }
            return planned.fault
        }
    }

    func issue(tenant: String?) -> (value: String, seconds: Int64) {
        let now = now()
        return storage.withLock { storage in
            if storage.tokens.count >= Self.tokenLimit { storage.tokens.removeAll() }
            let value = TokenState.randomText(64)
            storage.tokens[value] = Token(tenant: tenant, expiry: now + storage.lifetime)
            return (value, storage.lifetime.components.seconds)
        }
    }

    /// Whose token it is; nil if it is no good.
    func tenant(ofToken value: String?) -> String?? {
        let now = now()
        return storage.withLock { storage in
            guard let value, let token = storage.tokens[value], token.expiry > now else { return nil }
            return .some(token.tenant)
        }
    }
}
