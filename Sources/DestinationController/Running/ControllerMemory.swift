internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes
internal import Synchronization

/// What the tasks of one run share: what is known of the cluster, and who waits to be looked at. May be used from any
/// thread; nothing is held for longer than a few dictionary look-ups.
final class ControllerMemory: Sendable {
    private let cluster: Mutex<ClusterState>
    private let queue: Mutex<WorkQueue<ObjectKey>>
    /// Yields when there may be something to take from the queue.
    let signals: AsyncStream<Void>
    private let signal: AsyncStream<Void>.Continuation
    private let board: ControllerBoard

    /// - Parameter mostPerNamespace: How many Destinations of one namespace are looked at at one time.
    init(_ settings: ControllerSettings, mostPerNamespace: Int, board: ControllerBoard) {
        cluster = Mutex(ClusterState(settings))
        queue = Mutex(WorkQueue(mostPerGroup: mostPerNamespace) { $0.namespace })
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
    ///
    /// - Parameter isServed: Whether a relay still has a port open for somebody else.
    func takePort(lost: Int?, for holder: PortHolder, unless isServed: (Int) -> Bool) -> PortGrant {
        cluster.withLock { $0.takePort(lost: lost, for: holder, unless: isServed) }
    }

    /// Ends what ``takePort(lost:for:unless:)`` began.
    func giveBack(_ claim: RouteClaim) {
        cluster.withLock { $0.giveBack(claim) }
    }

    /// Ports are given out from now on.
    func begin() {
        var generator = SystemRandomNumberGenerator()
        cluster.withLock { cluster in
            cluster.begin(now: .now)
            cluster.ports.startAnywhere(using: &generator)
        }
    }

    /// Lets go of what is only kept for a time, and tells how the ports stand.
    ///
    /// - Parameter isServed: Whether a relay may still have a port open.
    func tidy(unless isServed: (Int) -> Bool) {
        let ports = cluster.withLock { cluster in
            cluster.expire(now: .now, unless: isServed)
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

    /// A relay has come, gone or been heard: has the Destinations looked at whose relay ports these are.
    func relaysChanged(_ ports: Set<Int>) {
        enqueue(cluster.withLock { cluster in Set(ports.compactMap { cluster.destination(ofPort: $0) }) })
        signal.yield()
    }

    /// The next Destination, unless enough are being looked at.
    func next(atMost workers: Int) -> ObjectKey? {
        queue.withLock { queue in
            guard queue.runningCount < workers, let key = queue.next(now: .now) else { return nil }
            tell(&queue)
            return key
        }
    }

    /// Whether the last work on a Destination failed.
    func isRetried(_ key: ObjectKey) -> Bool {
        queue.withLock { $0.isRetried(key) }
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
