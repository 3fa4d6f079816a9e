internal import Synchronization
internal import Threads

/// Looks names up on threads of its own, as ``NameLookupScheduler`` decides. May be used from any thread, and never
/// blocks the caller.
public final class NameResolver: Sendable {
    public typealias Answer = NameLookupScheduler.Answer

    private struct State {
        var scheduler: NameLookupScheduler
        var handlers: [Int: @Sendable (Answer) -> Void] = [:]
        var lastQuestion = 0
        /// Calls ``advance()`` at the scheduler's next deadline, or earlier.
        var timer: (deadline: ContinuousClock.Instant, task: Task<Void, Never>)?
    }

    /// How long a question may wait.
    public let timeLimit: Duration
    private let state: Mutex<State>
    private let lookUp: @Sendable (String) -> Answer
    private let onResult: @Sendable (Answer) -> Void

    /// - Parameters:
    ///   - lookUp: looks a name up, and blocks for as long as that takes.
    ///   - onResult: called for counting, on any thread: for each look-up that has returned, and for each question that
    ///     ends without one.
    public init(
        _ limits: NameLookupLimits = NameLookupLimits(),
        lookUp: @escaping @Sendable (String) -> Answer = SystemNameLookup.addresses(of:),
        onResult: @escaping @Sendable (Answer) -> Void = { _ in }
    ) {
        timeLimit = limits.timeLimit
        state = Mutex(State(scheduler: NameLookupScheduler(limits)))
        self.lookUp = lookUp
        self.onResult = onResult
    }

    deinit {
        state.withLock { $0.timer?.task.cancel() }
    }

    /// Questions that wait.
    public var waitingCount: Int { state.withLock { $0.scheduler.waitingCount } }

    /// Threads that a look-up holds.
    public var busyThreads: Int { state.withLock { $0.scheduler.runningCount } }

    /// The addresses of a host.
    ///
    /// - Parameters:
    ///   - host: a name, or an address, which needs no look-up.
    ///   - namespace: the namespace that the look-up is done for.
    ///   - handler: called once, on any thread, possibly before this returns.
    /// - Returns: what ``cancel(_:)`` takes; `nil` where the handler has been called.
    @discardableResult
    public func resolve(
        _ host: String,
        for namespace: String,
        _ handler: @escaping @Sendable (Answer) -> Void
    ) -> Int? {
        if let address = IPAddress(host) {
            handler(.success([address]))
            return nil
        }
        let (question, actions) = state.withLock { state in
            state.lastQuestion += 1
            state.handlers[state.lastQuestion] = handler
            let actions = state.scheduler.ask(state.lastQuestion, for: host, namespace: namespace, at: .now)
            setTimer(&state)
            return (state.lastQuestion, actions)
        }
        perform(actions)
        return question
    }

    /// Withdraws a question: its handler isn't called any more.
    public func cancel(_ question: Int) {
        state.withLock { state in
            state.handlers[question] = nil
            state.scheduler.cancel(question)
        }
    }

    /// Tells the scheduler the time. The resolver does so itself when that is due.
    public func advance() {
        change { $0.advance(to: $1) }
    }

    private func change(
        _ body: (inout NameLookupScheduler, ContinuousClock.Instant) -> [NameLookupScheduler.Action]
    ) {
        perform(
            state.withLock { state in
                let actions = body(&state.scheduler, .now)
                setTimer(&state)
                return actions
            }
        )
    }

    private func setTimer(_ state: inout State) {
        guard let deadline = state.scheduler.nextDeadline else { return }
        if let timer = state.timer {
            guard deadline < timer.deadline else { return }
            timer.task.cancel()
        }
        let task = Task { [weak self] in
            guard (try? await Task.sleep(until: deadline, clock: .continuous)) != nil else { return }
            self?.timerFired(deadline)
        }
        state.timer = (deadline, task)
    }

    private func timerFired(_ deadline: ContinuousClock.Instant) {
        state.withLock { state in
            if state.timer?.deadline == deadline { state.timer = nil }
        }
        advance()
    }

    private func perform(_ actions: [NameLookupScheduler.Action]) {
        for action in actions {
            switch action {
            case .start(let name):
                if !DetachedThread.start({ [self] in finished(name, lookUp(name)) }) {
                    finished(name, .failure(.noAnswer))
                }
            case .answer(let question, let answer):
                let handler = state.withLock { $0.handlers.removeValue(forKey: question) }
                switch answer {
                case .failure(.timedOut), .failure(.overloaded): onResult(answer)
                case .failure(.notFound), .failure(.noAnswer), .success: break
                }
                handler?(answer)
            }
        }
    }

    private func finished(_ name: String, _ answer: Answer) {
        onResult(answer)
        change { $0.finished(name, answer, at: $1) }
    }
}
