public import Kubernetes
internal import Synchronization

/// Where the controller writes down how it fares, for metrics and pages. May be used from any thread.
public final class ControllerBoard: Sendable {
    private let content = Mutex<ControllerSnapshot?>(nil)
    private let events: @Sendable (ControllerEvent) -> Void

    /// - Parameter events: Is told of each event, on any thread; must not block.
    public init(events: @escaping @Sendable (ControllerEvent) -> Void = { _ in }) {
        self.events = events
    }

    /// What stands on the board; `nil` while no controller is at work here.
    public var snapshot: ControllerSnapshot? { content.withLock { $0 } }

    /// A controller begins its work: the board is empty.
    public func begin() {
        content.withLock { $0 = ControllerSnapshot() }
    }

    /// The controller has ended its work; another process may do it now.
    public func end() {
        content.withLock { $0 = nil }
    }

    /// A Destination is looked after. `nil` if there is nothing to say of it yet; then what was said stands.
    public func set(_ destination: ObjectKey, _ summary: DestinationSummary?) {
        content.withLock { content in
            if let summary {
                content?.destinations[destination] = .some(summary)
            } else if content?.destinations[destination] == nil {
                content?.destinations[destination] = .some(nil)
            }
        }
    }

    /// A Destination is looked after no more.
    public func remove(_ destination: ObjectKey) {
        content.withLock { _ = $0?.destinations.removeValue(forKey: destination) }
    }

    /// How a watch fares.
    public func set(_ resource: WatchedResource, _ condition: WatchCondition) {
        content.withLock { $0?.watches[resource] = condition }
    }

    /// How many relays there are.
    public func set(relays: RelayCounts) {
        content.withLock { $0?.relays = relays }
    }

    /// What the ports are doing.
    public func set(ports: ControllerSnapshot.Ports) {
        content.withLock { $0?.ports = ports }
    }

    /// How long the queue is.
    ///
    /// - Parameter oldest: Since when the one that waits longest does.
    public func set(queueLength: Int, oldest: ContinuousClock.Instant?) {
        content.withLock { content in
            content?.queueLength = queueLength
            content?.oldestQueued = oldest
        }
    }

    /// All Destinations are being looked at, though nothing has happened.
    public func resynced(at time: MicroTime) {
        content.withLock { $0?.lastResync = time }
    }

    /// Something to be counted.
    public func tell(_ event: ControllerEvent) {
        events(event)
    }
}
