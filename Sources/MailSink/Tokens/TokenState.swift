import Synchronization

/// What all connections of one token server share.
final class TokenState: Sendable {
    struct Client {
        var secret: String
        var user: String
    }

    struct Token {
        var value: String
        var user: String
        var client: String
        var expiry: ContinuousClock.Instant
        var lifetime: Duration
    }

    struct Storage {
        var clients: [String: Client] = [:]
        var tokens: [String: Token] = [:]
        var lifetime = Duration.seconds(3600)
        var tokenLength = 64
        var fault: (fault: TokenServer.Fault, times: Int?)?
    }

    /// More tokens than this are not kept: expired ones go first, then all.
    private static let tokenLimit = 100_000

    let storage = Mutex(Storage())
    let requests = Observed(TokenRequestLog())
    private let now: @Sendable () -> ContinuousClock.Instant

    init(now: @escaping @Sendable () -> ContinuousClock.Instant) {
        self.now = now
    }

    func issue(user: String, client: String) -> Token {
        let now = now()
        return storage.withLock { storage in
            if storage.tokens.count >= Self.tokenLimit {
                storage.tokens = storage.tokens.filter { $0.value.expiry > now }
                if storage.tokens.count >= Self.tokenLimit { storage.tokens.removeAll() }
            }
            let token = Token(
                value: Self.randomText(storage.tokenLength),
                user: user,
                client: client,
                expiry: now + storage.lifetime,
                lifetime: storage.lifetime
            )
            storage.tokens[token.value] = token
            return token
        }
    }

    /// The token, if it is good.
    func token(_ value: String) -> Token? {
        let now = now()
        return storage.withLock { storage in
            storage.tokens[value].flatMap { $0.expiry > now ? $0 : nil }
        }
    }

    /// The client, if the secret is its own.
    func client(_ id: String, secret: String) -> Client? {
        storage.withLock { storage in
            storage.clients[id].flatMap { $0.secret == secret ? $0 : nil }
        }
    }

    /// The fault due now, if any.
    func strike() -> TokenServer.Fault? {
        storage.withLock { storage in
            guard let (fault, times) = storage.fault else { return nil }
            if let times {
                guard times > 0 else { return nil }
                storage.fault = (fault, times - 1)
            }
            return fault
        }
    }

    /// RFC 6750's b64token alphabet, from the system's random numbers.
    static func randomText(_ count: Int) -> String {
        let alphabet = Array("ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_".utf8)
        var generator = SystemRandomNumberGenerator()
        let bytes = (0..<count).map { _ in alphabet[Int.random(in: 0..<alphabet.count, using: &generator)] }
        return String(decoding: bytes, as: UTF8.self)
    }
}
