public import DestinationModel
public import Kubernetes

/// How the controller fares at one moment.
public struct ControllerSnapshot: Sendable {
    /// Ports by what they are doing.
    public struct Ports: Hashable, Sendable {
        /// Those of routes.
        public var served: Int
        /// Those that were given up and aren't free yet.
        public var quarantined: Int
        /// Those that may be given out.
        public var free: Int

        /// Puts numbers together.
        public init(served: Int, quarantined: Int, free: Int) {
            self.served = served
            self.quarantined = quarantined
            self.free = free
        }
    }

    /// The watches that there are.
    public var watches: [WatchedResource: WatchCondition] = [:]
    /// How many Destinations wait for their turn.
    public var queueLength = 0
    /// Since when the one that waits longest does.
    public var oldestQueued: ContinuousClock.Instant?
    /// What the relay ports are doing; `nil` until they are known.
    public var ports: Ports?
    /// How many relays there are.
    public var relays = RelayCounts()
    /// When all Destinations were last looked at.
    public var lastResync: MicroTime?
    /// The Destinations that are looked after; `nil` for one that has no status yet.
    public var destinations: [ObjectKey: DestinationSummary?] = [:]

    /// How many Destinations are available, aren't, or aren't known to be either.
    public var availability: (yes: Int, no: Int, unknown: Int) {
        destinations.values.reduce(into: (0, 0, 0)) { counts, summary in
            switch summary?.isAvailable {
            case true?: counts.0 += 1
            case false?: counts.1 += 1
            case nil: counts.2 += 1
            }
        }
    }

    /// How many tenants are in a state.
    public func tenants(_ state: TenantStatus.State) -> Int {
        destinations.values.reduce(0) { $0 + ($1?.count(state) ?? 0) }
    }

    /// How long the Destination that waits longest has been waiting.
    public func oldestQueuedAge(at now: ContinuousClock.Instant) -> Duration {
        oldestQueued.map { max(now - $0, .zero) } ?? .zero
    }
}
