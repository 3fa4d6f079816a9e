public import HTTPTransport
public import Logging

/// Access tokens for destinations with OAuth2 client credentials, cached until they expire.
///
/// However many wait for one token, the service gets one request. A token is renewed at about three quarters of its life
/// by a request in the background, started by the next use, while the old one serves on; so mail flows on until tokens
/// expire when the service is down. A service that fails is left alone for growing pauses. Requests are bounded, and
/// shared between namespaces, as ``TokenRequestQueue`` decides.
public actor OAuth2TokenProvider {
    /// The most tokens that are kept; the longest unused one makes room.
    public static let maximumTokens = 4096
    /// The most tasks that wait for one token.
    public static let maximumWaiters = 4096

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
    private var queue: TokenRequestQueue

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
        limits: TokenRequestQueue.Limits = TokenRequestQueue.Limits(),
        now: @escaping @Sendable () -> ContinuousClock.Instant,
        jitter: @escaping @Sendable () -> Double,
        onFetch: @escaping @Sendable (TokenError?) -> Void = { _ in }
    ) {
        self.fetcher = fetcher
        self.logger = logger
        self.maximumTokens = maximumTokens
        self.longestPause = longestPause
        queue = TokenRequestQueue(limits)
        self.now = now
        self.jitter = jitter
        self.onFetch = onFetch
    }

    /// Has requests from now on made by another client, such as one that trusts other authorities.
    public func use(_ client: HTTPClient) { fetcher = HTTPTokenFetcher(client: client) }

    /// A token to log in with.
    ///
    /// - Parameter share: the namespace that needs it. A request to the service takes turns with those of others.
    /// - Throws: why there is none; `cancelled` at once if the task is cancelled, which doesn't disturb other waiters.
    public func token(for key: TokenRequestKey, share: String) async throws(TokenError) -> AccessToken {
        try await token(for: key, share: share, maximumAge: nil)
    }

    /// A token that was issued within `maximumAge`, which tells whether the service would issue it now.
    func token(
        for key: TokenRequestKey,
        share: String,
        maximumAge: Duration?
    ) async throws(TokenError) -> AccessToken {
        let time = now()
        if entries[key] == nil { try makeRoom() }
        let new = TokenEntry(key, now: time, longestPause: longestPause)
        switch entries[key, default: new].wanted(time, maximumAge: maximumAge) {
        case .use(let token, let renew):
            if renew { request(key, share) }
            return token
        case .refuse(let error): throw error
        case .wait(let start):
            if start {
                request(key, share)
                guard entries[key]?.isIdle != true else { throw TokenError(.overloaded) }
            }
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

    private func request(_ key: TokenRequestKey, _ share: String) {
        perform(queue.add(key, to: Self.service(of: key), share: share, at: now()))
    }

    /// Scheme, host and port of the service that is asked.
    private static func service(of key: TokenRequestKey) -> String {
        (try? TokenRequest(key, share: ""))?.http.origin ?? ""
    }

    private func perform(_ actions: [TokenRequestQueue.Action]) {
        for action in actions {
            switch action {
            case .start(let key, let share): fetch(key, share)
            case .refuse(let key, _): end(.failure(TokenError(.overloaded)), key)
            }
        }
    }

    /// The request is no child task of a waiter: it serves all of them, so none may cancel it. The HTTP time limits end
    /// it.
    private func fetch(_ key: TokenRequestKey, _ share: String) {
        let fetcher = fetcher
        Task {
            let result: Result<IssuedToken, TokenError>
            do {
                result = .success(try await fetcher.fetch(key, share: share))
            } catch let error as TokenError {
                result = .failure(error)
            }
            end(result, key)
            perform(queue.finished(key, at: now()))
        }
    }

    private func end(_ result: Result<IssuedToken, TokenError>, _ key: TokenRequestKey) {
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
                logger.warning(
                    "token renewal failed",
                    metadata: ["error": "\(error)", "service": "\(Self.service(of: key))"]
                )
            }
            answer = .failure(error)
            onFetch(error)
        }
        for waiter in waiting.values { waiter.resume(returning: answer) }
    }
}
