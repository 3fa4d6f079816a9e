internal import DequeModule
public import HTTPTransport
public import Logging

/// Access tokens for destinations with OAuth2 client credentials, cached until they expire.
///
/// However many wait for one token, the service gets one request. A token is renewed at about three quarters of its life
/// by a request in the background, started by the next use, while the old one serves on; so mail flows on until tokens
/// expire when the service is down. A service that fails is left alone for growing pauses. One service has a bounded
/// number of requests at a time: one that doesn't answer leaves the HTTP client to the others.
public actor OAuth2TokenProvider {
    /// The most tokens that are kept; the longest unused one makes room.
    public static let maximumTokens = 4096
    /// The most tasks that wait for one token.
    public static let maximumWaiters = 4096

    /// The most requests to one token service at a time; others wait their turn.
    static let maximumFetchesPerService = 16

    private typealias Waiter = CheckedContinuation<Result<AccessToken, TokenError>, Never>

    private var fetcher: any TokenFetcher
    private let logger: Logger
    private let now: @Sendable () -> ContinuousClock.Instant
    private let jitter: @Sendable () -> Double
    private let onFetch: @Sendable (TokenError?) -> Void
    private let maximumTokens: Int
    private let longestPause: Duration
    private var entries: [TokenRequestKey: TokenEntry] = [:]
    private var waiters: [TokenRequestKey: [UInt64: Waiter]] = [:]
    private var lastNumber: UInt64 = 0
    private var services: [String: Service] = [:]

    /// The requests to one token service.
    private struct Service {
        var running = 0
        /// Each key once: its entry waits for the result. Bounded by the number of entries.
        var queue: Deque<TokenRequestKey> = []
    }

    /// A provider that asks token services through an HTTP client, without having asked yet.
    ///
    /// - Parameters:
    ///   - client: Makes the requests; not shut down by the provider.
    ///   - logger: Told of renewals that fail, which no caller hears of.
    ///   - now: The time.
    ///   - onFetch: Called after each request to a token service, for counting: with nil when it brought a token, else
    ///     with what went wrong.
    public init(
        client: HTTPClient,
        logger: Logger,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        onFetch: @escaping @Sendable (TokenError?) -> Void = { _ in }
    ) {
        self.init(
            fetcher: HTTPTokenFetcher(client: client),
            logger: logger,
            now: now,
            jitter: { .random(in: 0..<1) },
            onFetch: onFetch
        )
    }

    init(
        fetcher: any TokenFetcher,
        logger: Logger,
        maximumTokens: Int = OAuth2TokenProvider.maximumTokens,
        longestPause: Duration = .seconds(300),
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        jitter: @escaping @Sendable () -> Double,
        onFetch: @escaping @Sendable (TokenError?) -> Void = { _ in }
    ) {
        self.fetcher = fetcher
        self.logger = logger
        self.maximumTokens = maximumTokens
        self.longestPause = longestPause
        self.now = now
        self.jitter = jitter
        self.onFetch = onFetch
    }

    /// Has requests from now on made by another client, such as one that trusts other authorities.
    public func use(_ client: HTTPClient) { fetcher = HTTPTokenFetcher(client: client) }

    /// A token to log in with.
    ///
    /// - Throws: why there is none; `cancelled` at once if the task is cancelled, which doesn't disturb other waiters.
    public func token(for key: TokenRequestKey) async throws(TokenError) -> AccessToken {
        try await token(for: key, maximumAge: nil)
    }

    /// A token that was issued within `maximumAge`, which tells whether the service would issue it now.
    func token(for key: TokenRequestKey, maximumAge: Duration?) async throws(TokenError) -> AccessToken {
        let time = now()
        if entries[key] == nil { try makeRoom() }
        let new = TokenEntry(key, now: time, longestPause: longestPause)
        switch entries[key, default: new].wanted(time, maximumAge: maximumAge) {
        case .use(let token, let renew):
            if renew { startFetch(key) }
            return token
        case .refuse(let error): throw error
        case .wait(let start):
            if start { startFetch(key) }
            return try await wait(key)
        }
    }

    /// Says that the mail server refuses a token (reply 535): the next call of ``token(for:)`` gets a fresh one. Many
    /// calls for the same token count as one.
    public func invalidate(_ token: AccessToken, for key: TokenRequestKey) {
        entries[key]?.refused(token)
    }

    /// Takes a token that somebody else has fetched, such as the Destination service. It serves as if it had been fetched
    /// here, unless what is held lives longer, or the mail server has refused it.
    func offer(_ issued: IssuedToken, for key: TokenRequestKey) {
        let time = now()
        if entries[key] == nil {
            guard (try? makeRoom()) != nil else { return }
            entries[key] = TokenEntry(key, now: time, longestPause: longestPause)
        }
        guard entries[key]?.offered(issued.secret, lifetime: issued.lifetime, time) == true else { return }
        lastNumber += 1
        let token = AccessToken(secret: issued.secret, number: lastNumber)
        entries[key]?.fetched(token, lifetime: issued.lifetime, time, jitter: jitter())
    }

    private func makeRoom() throws(TokenError) {
        guard entries.count >= maximumTokens else { return }
        guard let oldest = entries.filter(\.value.isIdle).min(by: { $0.value.lastUse < $1.value.lastUse }) else {
            throw TokenError(.overloaded)
        }
        entries[oldest.key] = nil
    }

    private func wait(_ key: TokenRequestKey) async throws(TokenError) -> AccessToken {
        guard waiters[key, default: [:]].count < Self.maximumWaiters else { throw TokenError(.overloaded) }
        lastNumber += 1
        let id = lastNumber
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                if Task.isCancelled {
                    continuation.resume(returning: .failure(TokenError(.cancelled)))
                } else {
                    waiters[key, default: [:]][id] = continuation
                }
            }
        } onCancel: {
            Task { await self.cancel(id, key) }
        }.get()
    }

    private func cancel(_ id: UInt64, _ key: TokenRequestKey) {
        waiters[key]?.removeValue(forKey: id)?.resume(returning: .failure(TokenError(.cancelled)))
    }

    /// The fetch is nobody's child task: it serves all waiters, so none of them may cancel it. The HTTP time limits end
    /// it.
    private func startFetch(_ key: TokenRequestKey) {
        guard services[key.service, default: Service()].running < Self.maximumFetchesPerService else {
            services[key.service]?.queue.append(key)
            return
        }
        services[key.service, default: Service()].running += 1
        let fetcher = fetcher
        Task {
            let result: Result<IssuedToken, TokenError>
            do {
                result = .success(try await fetcher.fetch(key))
            } catch let error as TokenError {
                result = .failure(error)
            }
            finish(result, key)
        }
    }

    private func finish(_ result: Result<IssuedToken, TokenError>, _ key: TokenRequestKey) {
        startNext(after: key)
        let waiting = waiters.removeValue(forKey: key) ?? [:]
        let answer: Result<AccessToken, TokenError>
        switch result {
        case .success(let issued):
            lastNumber += 1
            let token = AccessToken(secret: issued.secret, number: lastNumber)
            entries[key]?.fetched(token, lifetime: issued.lifetime, now(), jitter: jitter())
            answer = .success(token)
            onFetch(nil)
        case .failure(let error):
            entries[key]?.failed(error, now(), jitter: jitter())
            if waiting.isEmpty {
                logger.warning("token renewal failed", metadata: ["error": "\(error)", "service": "\(key.service)"])
            }
            answer = .failure(error)
            onFetch(error)
        }
        for waiter in waiting.values { waiter.resume(returning: answer) }
    }

    private func startNext(after key: TokenRequestKey) {
        services[key.service]?.running -= 1
        if let next = services[key.service]?.queue.popFirst() {
            startFetch(next)
        } else if services[key.service]?.running == 0 {
            services[key.service] = nil
        }
    }
}
