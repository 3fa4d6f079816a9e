internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes
internal import Synchronization

/// What the tasks of one run share: what is known of the cluster, and who waits to be looked at. May be used from any
/// thread; nothing is held for longer than a few dictionary look-ups.
final class ControllerMemory: Sendable {
    private let cluster: Mutex<ClusterState>
    private let queue = Mutex(WorkQueue<ObjectKey>())
    /// Yields when there may be something to take from the queue.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let board: ControllerBoard

    init(_ settings: ControllerSettings, board: ControllerBoard) {
        cluster = Mutex(ClusterState(settings))
        self.board = board
        (signals, signal) = AsyncStream.makeStream(of: Void.self, bufferingPolicy: .bufferingNewest(1))
    }

    // MARK: The cluster

    /// Looks something up.
    func read<Result: Sendable>(_ body: (borrowing ClusterState) -> Result) -> Result {
        cluster.withLock { body($0) }
    }

    /// Takes in what a watch tells.
    func receive(_ event: WatchEvent, of kind: WatchedKind) {
        enqueue(cluster.withLock { $0.receive(event, of: kind, now: .now) })
    }

    /// Takes in an object as the API server has just given it.
    func learned(_ object: ObjectValue, of kind: WatchedKind) {
        enqueue(cluster.withLock { $0.learned(object, of: kind, now: .now) })
    }

    /// Takes in that an object is gone.
    func deleted(_ key: ObjectKey, uid: String, of kind: WatchedKind) {
        enqueue(cluster.withLock { $0.deleted(key, uid: uid, of: kind, now: .now) })
    }

    /// Gives a relay port out.
    func takePort(preferring preferred: Int?, for key: ObjectKey) -> Int? {
        cluster.withLock { $0.takePort(preferring: preferred, for: key) }
    }

    /// Ends what ``takePort(preferring:for:)`` began.
    func giveBack(_ port: Int) {
        cluster.withLock { $0.giveBack(port) }
    }

    /// Ports are given out from now on.
    func begin() {
        cluster.withLock { $0.ports.startBehindHighest() }
    }

    /// Lets go of what is only kept for a time, and tells how the ports stand.
    func tidy() {
        let ports = cluster.withLock { cluster in
            cluster.expire(now: .now)
            return ControllerSnapshot.Ports(
                served: cluster.servedCount,
                quarantined: cluster.quarantinedCount,
                free: cluster.ports.freeCount
            )
        }
        board.set(ports: ports)
    }

    // MARK: The queue

    /// Has Destinations looked at.
    func enqueue(_ keys: some Collection<ObjectKey>) {
        guard !keys.isEmpty else { return }
        queue.withLock { queue in
            for key in keys { queue.add(key, now: .now) }
            tell(&queue)
        }
        signal.yield()
    }

    /// Has the Destinations looked at whose relay ports these are.
    func proofChanged(_ ports: Set<Int>) {
        enqueue(cluster.withLock { cluster in Set(ports.compactMap { cluster.destination(ofPort: $0) }) })
    }

    /// The next Destination, unless enough are being looked at.
    func next(atMost workers: Int) -> ObjectKey? {
        queue.withLock { queue in
            guard queue.runningCount < workers, let key = queue.next(now: .now) else { return nil }
            tell(&queue)
            return key
        }
    }

    /// When the next Destination is due that was put off.
    func nextDue() -> ContinuousClock.Instant? {
        queue.withLock { $0.nextDue() }
    }

    /// A Destination has been looked at.
    func finished(_ key: ObjectKey, _ outcome: WorkQueue<ObjectKey>.Outcome) {
        var generator = SystemRandomNumberGenerator()
        queue.withLock { queue in
            queue.finished(key, outcome, now: .now, using: &generator)
            tell(&queue)
        }
        signal.yield()
    }

    /// Has ``signals`` yield.
    func wake() {
        signal.yield()
    }

    private func tell(_ queue: inout WorkQueue<ObjectKey>) {
        board.set(queueLength: queue.count, oldest: queue.oldest)
    }
}
