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
                // A Service never changes hands: whose it is isn't forgotten when somebody made it unreadable or wrote
                // another's name into it. It is put right as it was.
                if old.uid == new.uid, let before, new.claim?.holder != before.holder { remembered[new.name] = before }
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

    /// What a Service claims, or did before it was tampered with.
    func claim(of service: ObservedClaim) -> RouteClaim? { remembered[service.name] ?? service.claim }

    private mutating func enter(
        _ service: ObservedClaim,
        _ now: ContinuousClock.Instant,
        _ touched: inout Set<ObjectKey>
    ) {
        for port in service.ports {
            ports.occupy(port)
            guard service.name != RelayService.name(port: port) else { continue }
            rivals[port, default: []].insert(service.name)
            destination(ofPort: port).map { _ = touched.insert($0) }
        }
        guard let claim = claim(of: service) else { return }
        servicesOf.insert(service.name, of: claim.destination)
        touched.insert(claim.destination)
        changeShare(of: claim.route.namespace, port: claim.port, by: 1)
        if claim.isServed {
            servedCount += 1
        } else if releasedSince[service.uid] == nil {
            releasedSince[service.uid] = now
        }
        if lost[claim.port]?.holder == claim.holder { find(claim.port) }
    }

    private mutating func leave(_ service: ObservedClaim, _ touched: inout Set<ObjectKey>) {
        for port in service.ports {
            ports.vacate(port)
            guard rivals[port]?.remove(service.name) != nil else { continue }
            if rivals[port]?.isEmpty == true { rivals[port] = nil }
            destination(ofPort: port).map { _ = touched.insert($0) }
        }
        defer { remembered[service.name] = nil }
        guard let claim = claim(of: service) else { return }
        servicesOf.remove(service.name, of: claim.destination)
        touched.insert(claim.destination)
        changeShare(of: claim.route.namespace, port: claim.port, by: -1)
        if claim.isServed { servedCount -= 1 }
    }

    /// A relay Service has gone. For as long as it would have been in quarantine, nobody else gets its port.
    private mutating func lose(_ claim: RouteClaim, since: ContinuousClock.Instant?, _ now: ContinuousClock.Instant) {
        lose(claim.port, of: claim.holder, until: (since ?? now) + settings.quarantine, now)
    }

    private mutating func lose(
        _ port: Int,
        of holder: PortHolder,
        until: ContinuousClock.Instant,
        _ now: ContinuousClock.Instant
    ) {
        guard until > now, lost[port] == nil else { return }
        ports.occupy(port)
        changeShare(of: holder.destination.namespace, port: port, by: 1)
        lost[port] = Lost(holder: holder, until: until)
    }

    /// Everything has been listed, and ports are given out from now on. Those that applications are led to and whose relay
    /// Service has gone while nobody looked are lost: whose they were stands in the aliases.
    mutating func begin(now: ContinuousClock.Instant) {
        let until = now + settings.quarantine
        for (_, alias) in aliases.all.sorted(by: { $0.key < $1.key }) {
            guard alias.isOfThisInstallation, let (port, holder) = alias.holder, services[relayService(port)] == nil,
                let destination = destinations[holder.destination], destination.uid == holder.owner,
                destination.services.contains(alias.content.key.name)
            else { continue }
            if let known = lost[port], known.holder != holder {
                // Two say that it is theirs: one of them has been tampered with, so for a while it is nobody's.
                lost[port] = Lost(holder: known.holder.nobody, until: until)
            } else {
                lose(port, of: holder, until: until, now)
            }
        }
    }

    private mutating func find(_ port: Int) {
        guard let known = lost.removeValue(forKey: port) else { return }
        changeShare(of: known.holder.destination.namespace, port: port, by: -1)
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
    ///   - lost: The one that the tenant had and whose relay Service has gone, if any: it gets that again.
    ///   - isServed: Whether a relay still has a port open for somebody else.
    mutating func takePort(
        lost: Int?,
        for holder: PortHolder,
        unless isServed: (Int) -> Bool
    ) -> PortGrant {
        let namespace = holder.destination.namespace
        let share = shares[namespace] ?? 0
        if let lost, self.lost[lost]?.holder == holder, services[relayService(lost)] == nil, !isServed(lost) {
            ports.occupy(lost)
            changeShare(of: namespace, port: lost, by: 1)
            return .port(lost)
        }
        guard ports.freeCount > 0 else { return .none(.range(settings.relayPorts)) }
        guard share < ports.freeCount else { return .none(.share) }
        guard let port = ports.take(unless: isServed) else { return .none(.relays(ports.freeCount)) }
        changeShare(of: namespace, port: port, by: 1)
        return .port(port)
    }

    /// Ends what ``takePort(lost:for:unless:)`` began: by now a relay Service holds the port, or nobody does.
    mutating func giveBack(_ claim: RouteClaim) {
        ports.vacate(claim.port)
        changeShare(of: claim.route.namespace, port: claim.port, by: -1)
    }

    /// Notes how many ports of the range a namespace has. One outside it, left over from a wider one, is nobody else's loss.
    private mutating func changeShare(of namespace: String, port: Int, by difference: Int) {
        guard settings.relayPorts.contains(port) else { return }
        let share = (shares[namespace] ?? 0) + difference
        shares[namespace] = share > 0 ? share : nil
    }
}
