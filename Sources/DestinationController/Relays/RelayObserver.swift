public import HTTPTransport
public import Kubernetes
public import Logging
internal import ObjectModel
public import RelayRoutes
internal import Synchronization

/// Watches the relays' pods, and hears from each what it serves: within milliseconds of its opening a route.
public actor RelayObserver {
    private struct Relay {
        let number: RelayBook.RelayNumber
        /// Hears it, ready or not: one that isn't may be again, and then it counts what it has open.
        var listener: Task<Void, Never>
        var isReady = false
    }

    /// How long a relay that has just become ready may take to be heard for the first time: until those that hang have lost
    /// their turns, and it has had one.
    private static let patience = RelayReader.stall + .seconds(3)

    private let watch: ObjectWatch
    private let reader: RelayReader
    private let board: ControllerBoard
    private let logger: Logger
    private let changed: @Sendable (Set<Int>) -> Void
    private var pods = ObjectCache<RelayPod> { RelayPod($0) }
    private nonisolated let book = Mutex(RelayBook())
    private var relays: [RelayPod.Place: Relay] = [:]
    private var nextNumber = 0

    /// - Parameters:
    ///   - client: Needs the right to list and watch the pods of the namespace.
    ///   - namespace: The install namespace.
    ///   - board: Is told how many relays there are, and how the watch fares.
    ///   - changed: Is told when a relay comes, goes or is heard, with the ports whose ``proof(of:)`` would be another one
    ///     than what was last answered. Must not block.
    /// - Throws: `HTTPError` if there can't be one more HTTP client.
    public init(
        _ client: KubernetesClient,
        namespace: String,
        board: ControllerBoard,
        logger: Logger,
        changed: @escaping @Sendable (Set<Int>) -> Void
    ) throws(HTTPError) {
        let label = RelayService.podLabel
        watch = client.watch(.pods, in: namespace, labels: "\(label.name)=\(label.value)")
        reader = try RelayReader()
        self.board = board
        self.logger = logger
        self.changed = changed
    }

    /// What the relays say of a claim. Once asked about, its port is among those that changes are told of.
    public nonisolated func proof(of claim: RouteClaim) -> RouteProof {
        book.withLock { $0.proof(of: claim) }
    }

    /// Whether each relay that is ready has been heard, or has had its time.
    nonisolated var isSettled: Bool { book.withLock { $0.isSettled } }

    /// Whether a relay may have a port open.
    nonisolated func mayServe(_ port: Int) -> Bool {
        book.withLock { $0.mayServe(port) }
    }

    /// Whether a relay has a port open for somebody else, as far as it has said.
    nonisolated func serves(_ port: Int, forOthersThan holder: PortHolder.Mark) -> Bool {
        book.withLock { $0.serves(port, forOthersThan: holder) }
    }

    /// Watches and listens until its task is cancelled. To be run once.
    public func run() async {
        for await event in watch {
            for change in pods.receive(event) { take(change) }
            if case .synced = event { update { $0.synced() } }
            report(event)
        }
        let listeners = relays.values.map(\.listener)
        for listener in listeners { listener.cancel() }
        for listener in listeners { await listener.value }
        await reader.shutdown()
        board.set(relays: RelayCounts())
    }

    private func take(_ change: ObjectCache<RelayPod>.Change) {
        switch change {
        case .added(_, let pod):
            appeared(pod)
        case .changed(_, let old, let new) where old.place == new.place:
            if new.isReady { becameReady(new) } else { wentAway(new) }
        case .changed(_, let old, let new):
            // First the new one, so that for a moment there isn't none.
            appeared(new)
            left(old)
        case .removed(_, let pod):
            left(pod)
        }
    }

    private func appeared(_ pod: RelayPod) {
        nextNumber += 1
        let number = nextNumber
        book.withLock { $0.appeared(number) }
        relays[pod.place] = Relay(number: number, listener: Task { await self.listen(to: pod, number) })
        if pod.isReady { becameReady(pod) }
    }

    private func becameReady(_ pod: RelayPod) {
        guard let relay = relays[pod.place], !relay.isReady else { return }
        relays[pod.place]?.isReady = true
        let isAwaited = update { $0.becameReady(relay.number) }
        guard isAwaited else { return }
        // Whoever was asked in vain until now is asked at once.
        relay.listener.cancel()
        relays[pod.place]?.listener = Task { await self.listen(to: pod, relay.number) }
    }

    private func wentAway(_ pod: RelayPod) {
        guard let relay = relays[pod.place], relay.isReady else { return }
        relays[pod.place]?.isReady = false
        update { $0.wentAway(relay.number) }
    }

    private func left(_ pod: RelayPod) {
        guard let relay = relays.removeValue(forKey: pod.place) else { return }
        relay.listener.cancel()
        update { $0.left(relay.number) }
    }

    /// Enters something into the book, and tells what comes of it.
    private func update(_ enter: (inout RelayBook) -> Set<Int>) {
        update { ((), enter(&$0)) }
    }

    private func update<Answer: Sendable>(_ enter: (inout RelayBook) -> (Answer, Set<Int>)) -> Answer {
        let ((answer, ports), counts) = book.withLock { book in (enter(&book), book.counts) }
        board.set(relays: counts)
        changed(ports)
        return answer
    }

    private func report(_ event: WatchEvent) {
        switch event {
        case .synced, .resumed, .interrupted:
            board.set(.pods, WatchCondition(pods.isSynced, pods.isConnected, pods.interruption))
        case .restarted, .present, .unreadable, .deleted:
            break
        }
    }
}

// MARK: One relay

extension RelayObserver {
    private func listen(to pod: RelayPod, _ number: RelayBook.RelayNumber) async {
        await withDiscardingTaskGroup { group in
            group.addTask {
                guard (try? await Task.sleep(for: Self.patience)) != nil else { return }
                await self.giveUpWaiting(for: number)
            }
            await askAgainAndAgain(pod, number)
            group.cancelAll()
        }
    }

    private func askAgainAndAgain(_ pod: RelayPod, _ number: RelayBook.RelayNumber) async {
        var generator = SystemRandomNumberGenerator()
        var poll = RelayPoll(now: .now)
        while !Task.isCancelled {
            let asked = ContinuousClock.now
            let pause: Duration
            do throws(RelayReader.Failure) {
                let answer = try await reader.read(pod, after: poll.cursor, isRepeated: poll.hasFailed)
                // What comes late isn't taken for something new.
                guard !Task.isCancelled else { return }
                let (next, isBack) = poll.heard(answer, asked: asked, now: .now, using: &generator)
                update { $0.heard(answer, from: number) }
                if isBack { logger.info("a relay says again what it serves", metadata: ["pod": "\(pod.name)"]) }
                pause = next
            } catch {
                guard !Task.isCancelled else { return }
                let setback = poll.failed(isNonsense: error.isNonsense, now: .now, using: &generator)
                if setback.isSilent { update { $0.silenced(number) } }
                if setback.isTold { complain(pod, error) }
                pause = setback.pause
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func giveUpWaiting(for number: RelayBook.RelayNumber) {
        update { $0.gaveUpWaiting(for: number) }
    }

    private func complain(_ pod: RelayPod, _ error: RelayReader.Failure) {
        guard relays[pod.place]?.isReady == true else { return }
        logger.warning(
            "a relay that is ready doesn't say what it serves, so it counts for nothing; it is asked again and again",
            metadata: ["pod": "\(pod.name)", "address": "\(pod.address):\(pod.port)", "error": "\(error)"]
        )
    }
}
