internal import DestinationModel
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

extension ClusterState {
    mutating func follow(
        _ changes: [ObjectCache<ObservedClaim>.Change],
        _ now: ContinuousClock.Instant
    ) -> Set<ObjectKey> {
        var touched: Set<ObjectKey> = []
        for change in changes {
            switch change {
            case .added(_, let new):
                enter(new, now, &touched)
            case .changed(_, let old, let new):
                let before = claim(of: old)
                leave(old, &touched)
                // Whose a Service is that somebody made unreadable is not forgotten: it is put right as it was.
                if new.claim == nil, old.uid == new.uid { remembered[new.name] = before }
                if old.uid != new.uid, let before { lose(before, since: releasedSince[old.uid], now) }
                enter(new, now, &touched)
                if old.uid != new.uid || claim(of: new)?.isServed != false { releasedSince[old.uid] = nil }
            case .removed(_, let old):
                let before = claim(of: old)
                leave(old, &touched)
                let since = releasedSince.removeValue(forKey: old.uid)
                if let before { lose(before, since: since, now) }
            }
        }
        return touched
    }

    /// What a Service claims, or did before it was made unreadable.
    func claim(of service: ObservedClaim) -> RouteClaim? { service.claim ?? remembered[service.name] }

    private mutating func enter(
        _ service: ObservedClaim,
        _ now: ContinuousClock.Instant,
        _ touched: inout Set<ObjectKey>
    ) {
        for port in service.ports { ports.occupy(port) }
        guard let claim = claim(of: service) else { return }
        servicesOf.insert(service.name, of: claim.destination)
        touched.insert(claim.destination)
        shares[claim.route.namespace, default: 0] += 1
        if claim.isServed {
            servedCount += 1
        } else if releasedSince[service.uid] == nil {
            releasedSince[service.uid] = now
        }
        if lost[claim.port]?.holder == claim.holder { find(claim.port) }
    }

    private mutating func leave(_ service: ObservedClaim, _ touched: inout Set<ObjectKey>) {
        for port in service.ports { ports.vacate(port) }
        defer { remembered[service.name] = nil }
        guard let claim = claim(of: service) else { return }
        servicesOf.remove(service.name, of: claim.destination)
        touched.insert(claim.destination)
        reduceShare(of: claim.route.namespace)
        if claim.isServed { servedCount -= 1 }
    }

    /// A relay Service has gone. For as long as it would have been in quarantine, nobody else gets its port.
    private mutating func lose(_ claim: RouteClaim, since: ContinuousClock.Instant?, _ now: ContinuousClock.Instant) {
        let until = (since ?? now) + settings.quarantine
        guard until > now, lost[claim.port] == nil else { return }
        ports.occupy(claim.port)
        shares[claim.route.namespace, default: 0] += 1
        lost[claim.port] = Lost(holder: claim.holder, until: until)
    }

    private mutating func find(_ port: Int) {
        guard let known = lost.removeValue(forKey: port) else { return }
        reduceShare(of: known.holder.destination.namespace)
        ports.vacate(port)
    }

    /// Lets go of the ports whose quarantine is over.
    ///
    /// - Parameter isServed: Whether a relay may still have a port open.
    mutating func expire(now: ContinuousClock.Instant, unless isServed: (Int) -> Bool) {
        for (port, entry) in lost where entry.until <= now && !isServed(port) { find(port) }
    }

    // MARK: Giving ports out

    /// Gives a port out, which counts as used until ``giveBack(_:)``.
    ///
    /// A namespace gets as many ports at most as are left free for all others: whoever takes all that there are to be had
    /// takes half, and there is always one for somebody who has none.
    ///
    /// - Parameters:
    ///   - preferred: The one that the tenant had, if any.
    ///   - isServed: Whether a relay still has a port open for somebody else.
    mutating func takePort(
        preferring preferred: Int?,
        for holder: PortHolder,
        unless isServed: (Int) -> Bool
    ) -> PortGrant {
        let namespace = holder.destination.namespace
        let share = shares[namespace] ?? 0
        let restored = preferred.flatMap { lost[$0]?.holder == holder ? $0 : nil }
        guard restored != nil || ports.freeCount == 0 || share < ports.freeCount else {
            return .none(.share)
        }
        if let preferred, mayHave(preferred, holder), !isServed(preferred) {
            ports.occupy(preferred)
            shares[namespace] = share + 1
            return .port(preferred)
        }
        guard let port = ports.take(unless: isServed) else { return .none(.range(settings.relayPorts)) }
        shares[namespace] = share + 1
        return .port(port)
    }

    /// Whether a port is used by nobody, or has been lost by this very tenant or its Destination's aliases lead to it.
    private func mayHave(_ port: Int, _ holder: PortHolder) -> Bool {
        if let lost = lost[port], lost.holder != holder { return false }
        let leading = ledTo[port] ?? []
        guard leading.allSatisfy({ $0 == holder.destination }), services[relayService(port)] == nil else {
            return false
        }
        // One that was given out before the range was changed is the tenant's all the same, but only if it was.
        guard settings.relayPorts.contains(port) else { return lost[port] != nil }
        return ports.useCount(port) == leading.count + (lost[port] == nil ? 0 : 1)
    }

    /// Ends what ``takePort(preferring:for:unless:)`` began: by now a relay Service holds the port, or nobody does.
    mutating func giveBack(_ claim: RouteClaim) {
        ports.vacate(claim.port)
        reduceShare(of: claim.route.namespace)
    }

    private mutating func reduceShare(of namespace: String) {
        let share = (shares[namespace] ?? 0) - 1
        shares[namespace] = share > 0 ? share : nil
    }
}
