/// Decides what an elector does about its lease. Pure: the runner asks for the next action, carries it out, and reports
/// what came of it.
///
/// following → leading when a write of ours is accepted; leading → following when the lease is someone else's or gone, or
/// could not be renewed in time.
struct ElectionMachine: Sendable {
    typealias Instant = ContinuousClock.Instant

    enum Action: Hashable {
        case wait(until: Instant)
        case read
        /// Makes the lease.
        case create(Lease)
        /// Replaces the lease, if it is still of the version that this one bears.
        case replace(Lease)
    }

    private enum State: Hashable {
        /// The lease as last seen, and when it was first seen so. `claims`: it is free, and a write of ours comes next.
        case following(Lease?, since: Instant, claims: Bool)
        /// The lease as last written. `renewed`: when the last write that succeeded was begun. `isStale`: someone has
        /// written to it since, so it must be read before the next write.
        case leading(Lease, renewed: Instant, isStale: Bool)
    }

    let timing: ElectionTiming
    private let identity: String
    private let template: Lease
    private var state: State
    private var nextTry: Instant

    init(identity: String, lease: Lease, timing: ElectionTiming, now: Instant) {
        self.identity = identity
        self.timing = timing
        template = lease
        state = .following(nil, since: now, claims: false)
        nextTry = now
    }

    /// The lease, while it is ours.
    var held: Lease? {
        switch state {
        case .following: nil
        case .leading(let lease, _, _): lease
        }
    }

    /// By when we lead no more unless the lease is renewed; `nil` while we don't lead.
    var deadline: Instant? {
        switch state {
        case .following: nil
        case .leading(_, let renewed, _): renewed + timing.renewDeadline
        }
    }

    /// What to do now.
    mutating func next(now: Instant, time: MicroTime) -> Action {
        if let deadline, now >= deadline {
            follow(nil, now)
            // At once back to the runner, which has work to stop.
            return .wait(until: now)
        }
        guard now >= nextTry else { return .wait(until: min(nextTry, deadline ?? nextTry)) }
        switch state {
        case .following(let lease?, _, claims: true):
            return .replace(lease.held(by: identity, for: timing.lease, at: time))
        case .following(nil, _, claims: true):
            return .create(template.held(by: identity, for: timing.lease, at: time))
        case .following(_, _, claims: false), .leading(_, _, isStale: true):
            return .read
        case .leading(let lease, _, isStale: false):
            return .replace(lease.held(by: identity, for: timing.lease, at: time))
        }
    }

    /// The lease was read; `nil`: there is none.
    mutating func read(_ lease: Lease?, now: Instant, using generator: inout some RandomNumberGenerator) {
        switch state {
        case .following(let known, let since, _):
            guard let lease else {
                state = .following(nil, since: now, claims: true)
                return
            }
            // Counted from when the change was seen here, which is later than it was made: no clock but ours decides.
            let isKnown = known?.isSame(as: lease) ?? false
            let unchangedSince = isKnown ? since : now
            // A holder of another release may have other limits; one with absurd ones doesn't keep us away for ever.
            let patience = max(timing.lease, min(lease.duration ?? .zero, timing.lease * 10))
            let end = unchangedSince + patience
            let isFree = lease.holder.isEmpty || lease.holder == identity || now >= end
            state = .following(lease, since: unchangedSince, claims: isFree)
            if !isFree {
                retryLater(now, &generator)
                nextTry = min(nextTry, end)
            }
        case .leading(_, let renewed, _):
            if let lease, lease.holder == identity {
                state = .leading(lease, renewed: renewed, isStale: false)
            } else {
                follow(lease, now)
                retryLater(now, &generator)
            }
        }
    }

    /// The lease could not be read.
    mutating func readFailed(now: Instant, using generator: inout some RandomNumberGenerator) {
        retryLater(now, &generator)
    }

    /// A write of ours was accepted. It counts from when it was begun, as it may have been carried out right then.
    mutating func wrote(_ lease: Lease, begun: Instant, now: Instant) {
        // A process that was stopped meanwhile may hear of it when the lease has run out again.
        guard now < begun + timing.renewDeadline else {
            follow(lease, now)
            return
        }
        state = .leading(lease, renewed: begun, isStale: false)
        nextTry = begun + timing.retry
    }

    /// A write of ours was not accepted, or nobody knows.
    mutating func writeFailed(
        _ code: KubernetesError.Code,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        switch state {
        case .following(let lease, let since, _):
            state = .following(lease, since: since, claims: false)
            retryLater(now, &generator)
        case .leading(let lease, let renewed, _):
            switch code {
            case .notFound:
                // Deleted: anyone may make a new one and lead.
                follow(nil, now)
            case .conflict:
                state = .leading(lease, renewed: renewed, isStale: true)
            default:
                retryLater(now, &generator)
            }
        }
    }

    private mutating func follow(_ lease: Lease?, _ now: Instant) {
        state = .following(lease, since: now, claims: false)
    }

    private mutating func retryLater(_ now: Instant, _ generator: inout some RandomNumberGenerator) {
        nextTry = now + timing.retry * Double.random(in: 1...1.5, using: &generator)
    }
}
