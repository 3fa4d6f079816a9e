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
        if claim.isServed {
            servedCount += 1
        } else if releasedSince[service.uid] == nil {
            releasedSince[service.uid] = now
        }
        if let known = lost[claim.port], known.owner == claim.owner, known.tenant == claim.route.tenant {
            find(claim.port)
        }
    }

    private mutating func leave(_ service: ObservedClaim, _ touched: inout Set<ObjectKey>) {
        for port in service.ports { ports.vacate(port) }
        defer { remembered[service.name] = nil }
        guard let claim = claim(of: service) else { return }
        servicesOf.remove(service.name, of: claim.destination)
        touched.insert(claim.destination)
        if claim.isServed { servedCount -= 1 }
    }

    /// A relay Service has gone. For as long as it would have been in quarantine, nobody else gets its port.
    private mutating func lose(_ claim: RouteClaim, since: ContinuousClock.Instant?, _ now: ContinuousClock.Instant) {
        let until = (since ?? now) + settings.quarantine
        guard until > now, lost[claim.port] == nil else { return }
        ports.occupy(claim.port)
        lost[claim.port] = Lost(
            destination: claim.destination,
            owner: claim.owner,
            tenant: claim.route.tenant,
            until: until
        )
    }

    private mutating func find(_ port: Int) {
        guard lost.removeValue(forKey: port) != nil else { return }
        ports.vacate(port)
    }

    /// Lets go of the ports whose quarantine is over.
    mutating func expire(now: ContinuousClock.Instant) {
        for (port, entry) in lost where entry.until <= now { find(port) }
    }

    /// Gives a port out, which counts as used until ``giveBack(_:)``.
    ///
    /// - Parameter preferred: The one that the tenant had, if any.
    mutating func takePort(preferring preferred: Int?, for key: ObjectKey) -> Int? {
        if let preferred, mayHave(preferred, key) {
            ports.occupy(preferred)
            return preferred
        }
        return ports.take()
    }

    /// Whether a port is used by nobody, or has been lost by this very Destination or its aliases lead to it.
    private func mayHave(_ port: Int, _ key: ObjectKey) -> Bool {
        if let lost = lost[port], lost.destination != key { return false }
        let leading = ledTo[port] ?? []
        guard leading.allSatisfy({ $0 == key }), services[relayService(port)] == nil else { return false }
        // One that was given out before the range was changed is the tenant's all the same, but only if it was.
        guard settings.relayPorts.contains(port) else { return lost[port] != nil }
        return ports.useCount(port) == leading.count + (lost[port] == nil ? 0 : 1)
    }

    /// Ends what ``takePort(preferring:for:)`` began: by now a relay Service holds the port, or nobody does.
    mutating func giveBack(_ port: Int) {
        ports.vacate(port)
    }
}
