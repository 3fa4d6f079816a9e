internal import DestinationModel
internal import Kubernetes
internal import RelayRoutes

/// A Destination's claims, aliases and policy: those that are there, next to those that there should be.
struct PlanDraft {
    let observation: DestinationObservation
    /// What the rules say; `nil` where nothing is to be served.
    let judgement: Judgement?
    /// By tenant, the claim that stays; what it is and what it is to be.
    private(set) var kept: [String?: (observed: DestinationObservation.Claim, wanted: RouteClaim)] = [:]
    /// Claims that hold and are to be given up.
    private(set) var surplus: [ObservedClaim] = []
    /// Claims for tenants that have none.
    private(set) var new: [RouteClaim] = []
    /// Why tenants go without a port, where they do.
    private(set) var lack: PortLack?
    /// By the Services' names, the aliases of this very Destination.
    private(set) var aliases: [String: ObservedAlias] = [:]

    init(_ observation: DestinationObservation, _ settings: ControllerSettings) {
        self.observation = observation
        if case .present(let judgement) = observation.subject {
            self.judgement = judgement
        } else {
            judgement = nil
        }
        for alias in observation.aliases where alias.content.owner == judgement?.owner && !alias.isBeingDeleted {
            aliases[alias.content.key.name] = alias
        }
    }

    /// Decides which claims stay, which go, and which are to be made.
    mutating func decide(
        _ settings: ControllerSettings,
        _ takePort: (_ lost: Int?, PortHolder) -> PortGrant,
        _ troubles: WriteTroubles
    ) {
        var candidates: [String?: [DestinationObservation.Claim]] = [:]
        for claim in observation.claims {
            guard let content = claim.service.claim else { continue }
            guard let judgement, content.owner == judgement.owner,
                judgement.routes[content.route.tenant] != nil || judgement.keeps(content.route.tenant)
            else {
                if content.isServed { surplus.append(claim.service) }
                continue
            }
            candidates[content.route.tenant, default: []].append(claim)
        }
        for (tenant, claims) in candidates {
            guard let best = best(of: claims), let content = best.service.claim else { continue }
            surplus += claims.filter { $0.service != best.service && $0.service.claim?.isServed == true }.map(\.service)
            var wanted = content
            if let route = judgement?.routes[tenant] {
                wanted.route = route
                wanted.releasedAt = nil
            }
            kept[tenant] = (best, wanted)
        }
        surplus.sort { $0.name < $1.name }
        guard let judgement else { return }
        for tenant in judgement.tenants {
            guard let route = judgement.routes[tenant], kept[tenant] == nil, troubles[.claim(tenant: tenant)] == nil
            else {
                continue
            }
            let lost = observation.lost[tenant]
            // Where there was none for one there is none for the next.
            guard lack == nil || lost != nil else { continue }
            switch takePort(lost, PortHolder(owner: judgement.owner, route: route)) {
            case .port(let port): new.append(RouteClaim(port: port, owner: judgement.owner, route: route))
            case .none(let lack): self.lack = lack
            }
        }
    }

    /// The claim that stays of several: the one that applications are led to, else one that holds, else the lowest.
    private func best(of claims: [DestinationObservation.Claim]) -> DestinationObservation.Claim? {
        claims.min { left, right in rank(left) < rank(right) }
    }

    private func rank(_ claim: DestinationObservation.Claim) -> (Int, Int, Int) {
        guard let content = claim.service.claim else { return (2, 2, 0) }
        let isAliased = aliases[content.route.serviceName.rawValue]?.content.relayPort == content.port
        return (isAliased ? 0 : 1, content.isServed ? 0 : 1, content.port)
    }

    // MARK: Writes, in their order

    private var keptByPort: [(observed: DestinationObservation.Claim, wanted: RouteClaim)] {
        kept.values.sorted { $0.wanted.port < $1.wanted.port }
    }

    func claimWrites() -> [ControllerWrite] {
        let updates = keptByPort.compactMap { kept -> ControllerWrite? in
            guard kept.observed.service.claim != kept.wanted || !kept.observed.service.isIntact else { return nil }
            return .updateClaim(kept.observed.service, kept.wanted)
        }
        return new.map(ControllerWrite.createClaim) + updates
    }

    func aliasDeletions() -> [ControllerWrite] {
        let wanted = Set(kept.values.map(\.wanted.route.serviceName.rawValue))
            .union(judgement?.routes.values.map(\.serviceName.rawValue) ?? [])
        return observation.aliases.filter { alias in
            // What somebody else has made isn't ours to delete, whoever its owner is said to be.
            guard alias.isOurs, !alias.isBeingDeleted else { return false }
            guard let judgement, isOwned(alias, by: judgement) else { return alias.isOfThisInstallation }
            return !wanted.contains(alias.content.key.name)
        }.map(ControllerWrite.deleteAlias)
    }

    /// Whether an alias is this Destination's, or becomes it again: one without an owner that leads where it should.
    private func isOwned(_ alias: ObservedAlias, by judgement: Judgement) -> Bool {
        alias.destination == nil
            ? kept.values.contains { $0.wanted.port == alias.content.relayPort }
            : alias.content.owner == judgement.owner
    }

    /// - Parameter destroying: Whether those that are to go are asked for, or the one that stays.
    func policyWrites(destroying: Bool) -> [ControllerWrite] {
        let wanted = policy
        let observed = observation.policies.first { $0.owner == wanted?.owner }
        if destroying {
            return observation.policies.filter { $0 != observed }.map(ControllerWrite.deletePolicy)
        }
        guard let wanted else { return [] }
        guard let observed else { return [.createPolicy(wanted)] }
        return observed.content == wanted ? [] : [.updatePolicy(observed, wanted)]
    }

    /// Whether the policy that stays lets fewer in than before.
    var narrowsPolicy: Bool {
        guard let wanted = policy, let known = observation.policies.first(where: { $0.owner == wanted.owner })?.content
        else { return false }
        return wanted.scope != known.scope || !Set(known.ports).isSubset(of: wanted.ports)
    }

    /// The policy that there should be; `nil` without ports to let anybody to.
    private var policy: AccessPolicy? {
        guard let judgement else { return nil }
        let ports = kept.values.filter(\.wanted.isServed).map(\.wanted.port).sorted()
        guard !ports.isEmpty else { return nil }
        return AccessPolicy(
            destination: observation.key,
            owner: judgement.owner,
            scope: scope(judgement),
            ports: ports
        )
    }

    /// A resource that can't be understood doesn't say who may connect: what stands goes on.
    private func scope(_ judgement: Judgement) -> AccessScope {
        guard judgement.problem != nil else { return judgement.scope }
        return observation.policies.first { $0.owner == judgement.owner }?.content?.scope ?? .namespaced
    }

    /// The ports that applications are led to where others are wanted. Claims that haven't been heard of yet may make them
    /// the right ones.
    var ledPorts: [Int] {
        keptByPort.compactMap { kept in
            let port = aliases[kept.wanted.route.serviceName.rawValue]?.content.relayPort ?? 0
            return port == 0 || port == kept.wanted.port ? nil : port
        }
    }

    func aliasWrites() -> [ControllerWrite] {
        keptByPort.filter(\.wanted.isServed).compactMap { kept in
            let wanted = AliasService(kept.wanted)
            guard let observed = aliases[wanted.key.name] else { return .createAlias(wanted) }
            return observed.content == wanted && observed.isIntact ? nil : .updateAlias(observed, wanted)
        }
    }

    func releases(at time: MicroTime) -> [ControllerWrite] {
        surplus.compactMap { observed in
            guard var claim = observed.claim else { return nil }
            claim.releasedAt = time.seconds
            return .updateClaim(observed, claim)
        }
    }

    /// Claims that were given up long ago and that nothing leads to or serves any more, and when to look for the next.
    func quarantined(
        _ quarantine: Duration,
        _ now: ContinuousClock.Instant
    ) -> (due: [ObservedClaim], wakeAt: ContinuousClock.Instant?) {
        let revived = Set(kept.values.filter(\.wanted.isServed).map(\.observed.service.name))
        var due: [ObservedClaim] = []
        var wakeAt: ContinuousClock.Instant?
        for claim in observation.claims {
            guard claim.service.claim?.isServed == false, let since = claim.releasedSince,
                !revived.contains(claim.service.name)
            else { continue }
            var end = since + quarantine
            if end <= now {
                guard claim.mayBeOpen || leads(to: claim.service.ports) else {
                    due.append(claim.service)
                    continue
                }
                end = now + Self.patience
            }
            wakeAt = min(wakeAt ?? end, end)
        }
        return (due, wakeAt)
    }

    /// After how long to look again whether a port is still served, or led to.
    private static let patience = Duration.seconds(10)

    /// Whether a Service still leads applications to one of the ports: somebody's finalizer keeps it.
    private func leads(to ports: [Int]) -> Bool {
        observation.aliases.contains { $0.isOfThisInstallation && ports.contains($0.content.relayPort) }
    }
}
