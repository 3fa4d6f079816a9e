public import HTTPTransport
public import Kubernetes
public import Logging
internal import ObjectModel
public import RelayRoutes

/// Watches the relays' pods, and hears from each that is ready what it serves: within milliseconds of its opening a route.
public actor RelayObserver {
    private struct Listening {
        let number: RelayBook.RelayNumber
        let task: Task<Void, Never>
    }

    /// How long a relay that has just become ready may take to be heard for the first time.
    private static let patience = Duration.seconds(3)

    private let watch: ObjectWatch
    private let reader: RelayReader
    private let board: ControllerBoard
    private let logger: Logger
    private let changed: @Sendable (Set<Int>) -> Void
    private var pods = ObjectCache<RelayPod> { RelayPod($0) }
    private var book = RelayBook()
    private var listening: [RelayPod: Listening] = [:]
    private var nextNumber = 0

    /// - Parameters:
    ///   - client: Needs the right to list and watch the pods of the namespace.
    ///   - namespace: The install namespace.
    ///   - board: Is told how many relays there are, and how the watch fares.
    ///   - changed: Is told of ports whose ``proof(of:)`` would be another one than what was last answered. Must not block.
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
    public func proof(of claim: RouteClaim) -> RouteProof {
        book.proof(of: claim)
    }

    /// Watches and listens until its task is cancelled. To be run once.
    public func run() async {
        for await event in watch {
            for change in pods.receive(event) { take(change) }
            if case .synced = event { tell(book.synced()) }
            report(event)
        }
        let tasks = listening.values.map(\.task)
        for task in tasks { task.cancel() }
        for task in tasks { await task.value }
        await reader.shutdown()
        board.set(relays: RelayCounts())
    }

    private func take(_ change: ObjectCache<RelayPod>.Change) {
        switch change {
        case .added(_, let pod):
            arrived(pod)
        case .changed(_, let old, let new):
            // First the new one, so that for a moment there isn't none.
            arrived(new)
            left(old)
        case .removed(_, let pod):
            left(pod)
        }
    }

    private func arrived(_ pod: RelayPod) {
        guard listening[pod] == nil else { return }
        nextNumber += 1
        let number = nextNumber
        let changes = book.arrived(number)
        listening[pod] = Listening(number: number, task: Task { await self.listen(to: pod, number) })
        tell(changes)
    }

    private func left(_ pod: RelayPod) {
        guard let listening = listening.removeValue(forKey: pod) else { return }
        listening.task.cancel()
        tell(book.left(listening.number))
    }

    private func tell(_ ports: Set<Int>) {
        board.set(relays: book.counts)
        if !ports.isEmpty { changed(ports) }
    }

    private func report(_ event: WatchEvent) {
        switch event {
        case .synced, .resumed, .interrupted:
            board.set(.pods, WatchCondition(pods.isSynced, pods.isConnected, pods.interruption))
        case .restarted, .present, .deleted:
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
                let answer = try await reader.read(pod, after: poll.cursor)
                let (next, isBack) = poll.heard(answer, asked: asked, now: .now, using: &generator)
                tell(book.heard(answer, from: number))
                if isBack { logger.info("a relay says again what it serves", metadata: ["pod": "\(pod.name)"]) }
                pause = next
            } catch {
                guard !Task.isCancelled else { return }
                let setback = poll.failed(isNonsense: error.isNonsense, now: .now, using: &generator)
                if setback.isSilent { tell(book.silenced(number)) }
                if setback.isTold { complain(pod, error) }
                pause = setback.pause
            }
            try? await Task.sleep(for: pause)
        }
    }

    private func giveUpWaiting(for number: RelayBook.RelayNumber) {
        tell(book.gaveUpWaiting(for: number))
    }

    private func complain(_ pod: RelayPod, _ error: RelayReader.Failure) {
        logger.warning(
            "a relay that is ready doesn't say what it serves, so it counts for nothing; it is asked again and again",
            metadata: ["pod": "\(pod.name)", "address": "\(pod.address):\(pod.port)", "error": "\(error)"]
        )
    }
}
