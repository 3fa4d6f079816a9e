internal import DestinationModel

/// What is known of one destination, and when to look again. Pure.
struct LookUpEntry {
    /// A look-up of it.
    enum Work: Hashable {
        /// None. Goes to `queued` when somebody wants it, or to `running` when it is due and nobody does.
        case none
        /// It waits for its turn. Goes to `running`, or to `none` when the service turns out to be down.
        case queued
        /// It is under way. Goes to `none`, or back to `queued` when the binding has changed meanwhile.
        case running(isAwaited: Bool)
    }

    /// A look-up that failed.
    private struct Refusal {
        var error: DestinationLookupError
        /// Not to be looked up before, whoever wants it.
        var until: ContinuousClock.Instant
        /// Not to be looked up before, if nobody wants it.
        var retry: ContinuousClock.Instant
    }

    /// What those who look it up were told last.
    private enum Known: Hashable {
        case good(DestinationGeneration)
        /// An error of the source's own differs from another one by its code alone: its details come and go.
        case sourceDown(DestinationLookupError.Code)
        case bad(DestinationLookupError)
        /// Something else than what is known here, perhaps.
        case other
    }

    var work = Work.none
    /// Nobody needs it any more; it goes when its look-up ends.
    var isDropped = false
    /// Somebody needs it all the time, whether or not he asks.
    var isPinned: Bool
    private(set) var lastUse: ContinuousClock.Instant
    private(set) var held: ResolvedDestination?
    private var refusal: Refusal?
    private var known: Known?
    private var failures = 0
    /// Look at it again as soon as possible.
    private var isSuspect = false
    private var jitter = 0.0

    /// - Parameter isPinned: somebody needs it who doesn't wait for the answer, so that any is told.
    init(now: ContinuousClock.Instant, isPinned: Bool = false) {
        lastUse = now
        self.isPinned = isPinned
        if isPinned { known = .other }
    }

    /// What serves although the last look-up failed.
    var isStale: Bool { held != nil && refusal != nil }
    var error: DestinationLookupError? { refusal?.error }

    /// What to answer without looking it up; nil if that must be done.
    mutating func answer(
        _ now: ContinuousClock.Instant,
        _ settings: DestinationServiceSettings
    ) -> Result<ResolvedDestination, DestinationLookupError>? {
        lastUse = now
        isDropped = false
        if let held, now - held.fetchedAt < settings.freshness { return .success(held) }
        guard let refusal, now < refusal.until else { return nil }
        return fallback(refusal.error)
    }

    /// What to answer when it isn't even tried to look it up.
    mutating func denied(
        _ error: DestinationLookupError
    ) -> Result<ResolvedDestination, DestinationLookupError> {
        if held == nil { known = .sourceDown(error.code) }
        return fallback(error)
    }

    /// What to answer when it can't be looked up.
    func fallback(_ error: DestinationLookupError) -> Result<ResolvedDestination, DestinationLookupError> {
        held.map(Result.success) ?? .failure(error)
    }

    /// When to look again although nobody waits for it.
    func due(_ now: ContinuousClock.Instant, _ settings: DestinationServiceSettings) -> ContinuousClock.Instant {
        if isSuspect { return lastUse }
        if let refusal { return refusal.retry }
        guard let held else { return now }
        let interval = now - lastUse < settings.activeTime ? settings.freshness : settings.idleRefresh
        // A little early, so that those who ask often never wait.
        return held.fetchedAt + interval * (0.95 - 0.1 * jitter)
    }

    /// Whether it is of no use any more: nothing is known but a failure, and nobody asks.
    func isForgettable(_ now: ContinuousClock.Instant, _ settings: DestinationServiceSettings) -> Bool {
        held == nil && !isPinned && work == .none && now - lastUse >= settings.negativeMemory
    }

    /// It was found. `jitter`: 0 to 1, so that not all are looked up again at once.
    /// - Parameters:
    ///   - origin: who told.
    ///   - next: the generation to give it if it has changed.
    /// - Returns: whether the answer is another one than before.
    mutating func found(
        _ destination: MailDestination,
        _ origin: DestinationOrigin,
        _ next: DestinationGeneration,
        _ now: ContinuousClock.Instant,
        jitter: Double
    ) -> Bool {
        let generation = held.flatMap { $0.destination == destination ? $0.generation : nil } ?? next
        held = ResolvedDestination(
            destination: destination,
            generation: generation,
            fetchedAt: now,
            origin: origin
        )
        refusal = nil
        failures = 0
        isSuspect = false
        self.jitter = jitter
        return tell(.good(generation))
    }

    /// The look-up failed.
    /// - Returns: whether the answer is another one than before.
    mutating func failed(
        _ error: DestinationLookupError,
        retryAfter: Duration?,
        _ now: ContinuousClock.Instant,
        _ settings: DestinationServiceSettings,
        jitter: Double
    ) -> Bool {
        failures = min(failures + 1, 16)
        isSuspect = false
        let shorter = 1 - 0.2 * jitter
        if error.code.isSourceDown {
            let step = Duration.seconds((error.code == .credentialsRefused ? 10 : 1) * (1 << (failures - 1)))
            let pause = max(min(step, .seconds(60)) * shorter, retryAfter ?? .zero)
            refusal = Refusal(error: error, until: now + pause, retry: now + pause)
            guard held == nil else { return false }
        } else {
            // The service has spoken: what was known is no longer so.
            held = nil
            let longest = isPinned ? settings.negativeRefresh : settings.freshness
            let pause = min(settings.negativeTime * (1 << (failures - 1)), longest) * shorter
            refusal = Refusal(error: error, until: now + settings.negativeTime, retry: now + pause)
        }
        return tell(error.code.isSourceDown ? .sourceDown(error.code) : .bad(error))
    }

    /// The binding is another one.
    /// - Parameter keepsAnswer: whether it leads to the same destinations.
    /// - Returns: whether there is no answer any more.
    mutating func rebound(keepsAnswer: Bool) -> Bool {
        refusal = nil
        failures = 0
        isSuspect = true
        guard !keepsAnswer, held != nil else { return false }
        held = nil
        known = .other
        return true
    }

    private mutating func tell(_ answer: Known) -> Bool {
        defer { known = answer }
        return known != nil && known != answer
    }
}
