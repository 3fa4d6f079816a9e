public import DestinationModel
public import HTTPTransport
internal import Logging

/// Destinations from one instance of the BTP Destination service.
///
/// Answers are kept for two minutes and looked up again in the background, so that a change is noticed and told by
/// ``changes()`` without anybody asking. However many want one destination, it is one request. When the service is down,
/// or what answers is not the service, the last good answer serves on, for as long as it takes; when the service says
/// that a destination or tenant is gone, it is gone. A service that fails is left alone for growing pauses.
///
/// ``run(every:clock:)`` must run for answers to be looked up in the background.
public actor DestinationServiceSource: DestinationSource {
    /// The most tasks that wait for one destination.
    public static let maximumWaiters = 4096

    private typealias Waiter = CheckedContinuation<LookUpCache.Answer, Never>

    /// What the instance is called in references.
    public let instance: String

    private var settings: DestinationServiceSettings
    private var environment: DestinationServiceEnvironment
    private let hub = DestinationChangeHub()
    private var cache: LookUpCache
    private var client: DestinationServiceClient
    private var binding: ServiceBinding
    private var waiters: [DestinationReference: [UInt64: Waiter]] = [:]
    private var lastNumber: UInt64 = 0
    /// Why destinations came without a token, as far as it was logged.
    private var tokenProblems: [DestinationReference: String] = [:]

    /// A source that has asked nothing yet. Starts the threads of its HTTP clients: not for an event loop.
    ///
    /// - Throws: `invalidConfiguration` where the binding's certificate or the additional CA can't be used.
    public init(
        instance: String,
        binding: ServiceBinding,
        settings: DestinationServiceSettings = DestinationServiceSettings(),
        environment: DestinationServiceEnvironment
    ) throws(HTTPError) {
        self.instance = instance
        self.binding = binding
        self.settings = settings
        self.environment = environment
        cache = LookUpCache(settings, of: binding.origin)
        client = try environment.client(binding, settings)
    }

    /// Another binding for the same instance, such as after its Secret has changed. It is used at once; what is known is
    /// looked up again with it. Where it leads to another subaccount or service, what is known is forgotten first.
    ///
    /// - Throws: `invalidConfiguration` where its certificate can't be used; then nothing has changed.
    public func update(_ binding: ServiceBinding) throws(HTTPError) {
        guard binding != self.binding else { return }
        client = try environment.client(binding, settings)
        self.binding = binding
        environment.logger.notice(
            "service binding has changed",
            metadata: ["instance": "\(instance)", "service": "\(binding.service)"]
        )
        perform(cache.rebound(to: binding.origin, environment.now()))
    }

    /// Makes connections in another way from now on, such as with other trusted authorities or time limits. What is known
    /// stays known.
    ///
    /// - Parameter settings: Only their time limits count.
    /// - Throws: `invalidConfiguration` where the client can't be made so; then nothing has changed.
    public func use(
        _ transport: HTTPClientConfiguration,
        _ settings: DestinationServiceSettings
    ) throws(HTTPError) {
        var environment = environment
        environment.transport = transport
        var new = self.settings
        new.connectTimeout = settings.connectTimeout
        new.readTimeout = settings.readTimeout
        client = try environment.client(binding, new)
        (self.environment, self.settings) = (environment, new)
    }

    public func resolve(
        _ reference: DestinationReference
    ) async throws(DestinationLookupError) -> ResolvedDestination {
        guard reference.instance == instance else { throw DestinationLookupError(.noSuchInstance, reference) }
        let (decision, actions) = cache.wanted(reference, environment.now())
        perform(actions)
        switch decision {
        case .answer(let answer): return try answer.get()
        case .wait: return try await wait(reference)
        }
    }

    public nonisolated func changes() -> DestinationChanges { hub.subscribe() }

    /// Forgets all destinations but these, with their credentials. These are known from now on whether or not anybody
    /// asks: one that isn't there is looked for again and again, and ``changes()`` tells when it has come. Others that are
    /// asked for later are kept for a while.
    public func keep(only references: Set<DestinationReference>) { cache.kept(references, environment.now()) }

    /// Looks up in the background what is due, until the task is cancelled.
    ///
    /// - Parameters:
    ///   - interval: The pause between two looks at what is due.
    ///   - clock: Measures the pause.
    public func run(every interval: Duration = .seconds(1), clock: any Clock<Duration> = ContinuousClock()) async {
        while !Task.isCancelled {
            do {
                try await clock.sleep(for: interval)
            } catch {
                return
            }
            refresh()
        }
    }

    /// Looks up in the background what is due.
    func refresh() { perform(cache.ticked(environment.now())) }

    /// What is known, in numbers.
    public var statistics: DestinationServiceStatistics { cache.statistics(environment.now()) }
}

// MARK: Doing it

extension DestinationServiceSource {
    private func perform(_ actions: LookUpCache.Actions) {
        for lookUp in actions.start { start(lookUp) }
        for note in actions.notes { log(note) }
        for (key, answer) in actions.answers {
            for waiter in (waiters.removeValue(forKey: key) ?? [:]).values { waiter.resume(returning: answer) }
        }
        hub.publish(actions.changed)
    }

    /// The look-up is nobody's child task: it serves all who wait, so none of them may cancel it. The HTTP time limits
    /// end it.
    private func start(_ lookUp: LookUpCache.LookUp) {
        let client = client
        Task {
            let result: Result<FoundDestination, LookUpFailure>
            do throws(LookUpFailure) {
                result = .success(try await client.find(lookUp.key))
            } catch {
                result = .failure(error)
            }
            await ended(lookUp, result)
        }
    }

    private func ended(_ lookUp: LookUpCache.LookUp, _ result: Result<FoundDestination, LookUpFailure>) async {
        let found: Result<MailDestination, LookUpFailure>
        switch result {
        case .success(let answer):
            // The token first: who waits for the destination wants it next.
            await hand(answer, of: lookUp.key)
            found = .success(answer.destination)
            environment.onLookUp(nil)
        case .failure(let failure):
            found = .failure(failure)
            environment.onLookUp(failure.error(lookUp.key, binding.origin))
        }
        perform(cache.ended(lookUp, found, environment.now(), jitter: environment.jitter()))
    }

    /// Hands on the token that came with a destination.
    private func hand(_ found: FoundDestination, of reference: DestinationReference) async {
        guard case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication else { return }
        if found.tokenProblem != tokenProblems[reference] { note(found.tokenProblem, reference) }
        guard let token = found.token else { return }
        let key = TokenRequestKey(credentials: credentials, tenant: reference.tenant)
        await environment.tokens?.offer(token, for: key)
    }

    /// Logs why there is no token, once for each reason: a destination is looked up every other minute.
    private func note(_ problem: String?, _ reference: DestinationReference) {
        if tokenProblems.count >= settings.maximumEntries { tokenProblems = [:] }
        tokenProblems[reference] = problem
        if let problem {
            environment.logger.warning(
                "the Destination service can't fetch the destination's token",
                metadata: ["destination": "\(reference)", "problem": "\(problem)"]
            )
        }
    }

    private func log(_ note: LookUpCache.Note) {
        let logger = environment.logger
        switch note {
        case .failing(let error, isServing: true):
            logger.warning("destination can't be looked up, the last answer serves on", metadata: ["error": "\(error)"])
        case .failing(let error, isServing: false):
            logger.warning("destination can't be looked up", metadata: ["error": "\(error)"])
        case .mended(let key):
            logger.info("destination can be looked up again", metadata: ["destination": "\(key)"])
        case .down(let failure):
            let reason = failure.detail ?? ""
            logger.warning(
                "Destination service is down and left alone for a while",
                metadata: ["instance": "\(instance)", "reason": "\(reason)"]
            )
        }
    }

    private func wait(_ key: DestinationReference) async throws(DestinationLookupError) -> ResolvedDestination {
        guard waiters[key, default: [:]].count < Self.maximumWaiters else {
            throw DestinationLookupError(.serviceUnavailable, key, detail: "too many wait for it")
        }
        lastNumber += 1
        let id = lastNumber
        return try await withTaskCancellationHandler {
            await withCheckedContinuation { (continuation: Waiter) in
                if Task.isCancelled {
                    continuation.resume(returning: Self.cancelled(key))
                } else {
                    waiters[key, default: [:]][id] = continuation
                }
            }
        } onCancel: {
            Task { await self.cancel(id, key) }
        }.get()
    }

    private func cancel(_ id: UInt64, _ key: DestinationReference) {
        waiters[key]?.removeValue(forKey: id)?.resume(returning: Self.cancelled(key))
    }

    private static func cancelled(_ key: DestinationReference) -> LookUpCache.Answer {
        .failure(DestinationLookupError(.serviceUnavailable, key, detail: "cancelled"))
    }
}
