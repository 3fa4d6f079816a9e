internal import DestinationModel

/// The life of one token: when it serves, when a new one is fetched, and how long to leave a failing service alone.
///
/// Pure: told the time and what happened, it says what to do.
struct TokenEntry {
    private struct Held {
        var token: AccessToken
        /// When it came.
        var since: ContinuousClock.Instant
        /// From here on a new one is fetched while this one still serves.
        var renewal: ContinuousClock.Instant
        /// From here on it does not serve any more.
        var end: ContinuousClock.Instant
    }

    private var held: Held?
    private var isFetching = false
    private var failures = 0
    private var lastError: TokenError?
    /// Not to be asked again before.
    private var pausedUntil: ContinuousClock.Instant?
    private(set) var lastUse: ContinuousClock.Instant
    /// What the mail server has refused last, lest it is offered again.
    private var refusedText: Secret?
    private let longestPause: Duration
    /// Whether tokens can be fetched; else they are only offered.
    private let canFetch: Bool

    /// - Parameters:
    ///   - longestPause: for a service that refuses the credentials; one that fails otherwise is left alone for a minute
    ///     at most.
    ///   - canFetch: false for a destination without a client secret, whose tokens come with it.
    init(now: ContinuousClock.Instant, longestPause: Duration = .seconds(300), canFetch: Bool = true) {
        lastUse = now
        self.canFetch = canFetch
        self.longestPause = longestPause
    }

    /// The entry of one key.
    init(_ key: TokenRequestKey, now: ContinuousClock.Instant, longestPause: Duration) {
        self.init(now: now, longestPause: longestPause, canFetch: !key.credentials.needsProvidedTokens)
    }

    var isIdle: Bool { !isFetching }

    enum Action {
        /// Use this one; `renew`: and fetch its successor meanwhile.
        case use(AccessToken, renew: Bool)
        /// Wait for the fetch; `start`: which is to be started.
        case wait(start: Bool)
        /// The service failed a short while ago and isn't asked again yet.
        case refuse(TokenError)
    }

    /// Somebody needs a token.
    /// - Parameter maximumAge: how long ago it may have been issued, to learn whether it still would be.
    mutating func wanted(_ now: ContinuousClock.Instant, maximumAge: Duration? = nil) -> Action {
        lastUse = now
        let isPaused = pausedUntil.map { now < $0 } ?? false
        if let held, now < held.end, maximumAge.map({ now - held.since <= $0 }) ?? true {
            let renew = canFetch && now >= held.renewal && !isFetching && !isPaused
            if renew { isFetching = true }
            return .use(held.token, renew: renew)
        }
        guard canFetch else { return .refuse(TokenError(.clientSecretMissing)) }
        if isFetching { return .wait(start: false) }
        if isPaused, let lastError { return .refuse(lastError) }
        isFetching = true
        return .wait(start: true)
    }

    /// The fetch brought a token. `jitter`: 0 to 1, so that replicas don't renew all at once.
    mutating func fetched(_ token: AccessToken, lifetime: Duration, _ now: ContinuousClock.Instant, jitter: Double) {
        isFetching = false
        failures = 0
        lastError = nil
        pausedUntil = nil
        // Renewed at 65 to 75 % of its life; given up a little before its end, as it still has to reach the server.
        let margin = min(.seconds(10), lifetime / 10)
        held = Held(
            token: token,
            since: now,
            renewal: now + lifetime * (0.75 - 0.1 * jitter),
            end: now + lifetime - margin
        )
    }

    /// Somebody else has fetched a token.
    /// - Returns: whether it is better than what is held, and to be handed in with ``fetched(_:lifetime:_:jitter:)``.
    mutating func offered(_ text: Secret, lifetime: Duration, _ now: ContinuousClock.Instant) -> Bool {
        guard text != refusedText, !isFetching else { return false }
        guard var held, now < held.end else { return true }
        let end = now + lifetime
        guard held.token.secret == text else { return end > held.end + .seconds(60) }
        // The same once more, perhaps out of a cache: its life may turn out shorter than it was said, not longer.
        held.end = min(held.end, end)
        held.renewal = min(held.renewal, held.end)
        self.held = held
        return false
    }

    /// The fetch failed. What is held serves on to its end.
    mutating func failed(_ error: TokenError, _ now: ContinuousClock.Instant, jitter: Double) {
        isFetching = false
        failures = min(failures + 1, 16)
        lastError = error
        // Wrong credentials don't mend themselves, and asking again may lock the account.
        let isPermanent = error.code == .credentialsRefused
        let step = Duration.seconds((isPermanent ? 10 : 1) * (1 << (failures - 1)))
        let pause = min(step, isPermanent ? longestPause : min(longestPause, .seconds(60))) * (1 - 0.2 * jitter)
        pausedUntil = now + max(pause, error.retryAfter ?? .zero)
    }

    /// The mail server refuses this token. No effect on any other, so that many refusals of one token count once.
    mutating func refused(_ token: AccessToken) {
        guard held?.token == token else { return }
        held = nil
        refusedText = token.secret
    }
}
