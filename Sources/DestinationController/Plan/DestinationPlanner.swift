internal import DestinationModel
internal import Kubernetes
internal import RelayRoutes

/// Decides what a Destination needs next in the cluster. Pure: no clock, no memory but the ports.
///
/// A tenant's things are made in this order: relay Service, NetworkPolicy, alias; and taken away in the opposite one, so
/// that at no moment applications are led to a port that isn't theirs. Every step is planned from what is there, so it can
/// be broken off at any point and gone on with by anybody.
struct DestinationPlanner: Sendable {
    let settings: ControllerSettings
    /// The moment, for reckoning.
    let now: ContinuousClock.Instant
    /// The moment, for annotations.
    let time: MicroTime

    /// Plans the next step.
    ///
    /// - Parameters:
    ///   - troubles: What has failed since this go began.
    ///   - takePort: Gives a free port out, the one that was lost if there is one.
    func plan(
        _ observation: DestinationObservation,
        troubles: WriteTroubles = WriteTroubles(),
        takePort: (_ lost: Int?, PortHolder) -> PortGrant
    ) -> DestinationPlan {
        var draft = PlanDraft(observation, settings)
        draft.decide(settings, takePort, troubles)
        var plan = DestinationPlan(
            step: .rest,
            tenants: draft.tenants(settings, troubles),
            wakeAt: nil,
            lacksPorts: draft.lack != nil
        )
        let phases: [(destroys: Bool, writes: () -> [ControllerWrite])] = [
            (false, { draft.claimWrites() }),
            (true, { draft.aliasDeletions() }),
            (draft.narrowsPolicy, { draft.policyWrites(destroying: false) }),
            (true, { draft.policyWrites(destroying: true) }),
            (false, { draft.aliasWrites() }),
            (true, { draft.releases(at: time) }),
        ]
        for phase in phases {
            let writes = phase.writes().filter { troubles[$0.target] == nil }
            guard !writes.isEmpty else { continue }
            let unknown = draft.ledPorts.filter { !observation.askedPorts.contains($0) }
            let leadsElsewhere = writes.contains { if case .updateAlias = $0 { true } else { false } }
            let isSure = phase.destroys ? observation.isFresh : !leadsElsewhere || unknown.isEmpty
            plan.step = isSure ? .write(writes) : .confirm(ports: unknown)
            return plan
        }
        let (due, wakeAt) = draft.quarantined(settings.quarantine, now)
        plan.wakeAt = wakeAt
        let deletions = due.map(ControllerWrite.deleteClaim).filter { troubles[$0.target] == nil }
        if !deletions.isEmpty { plan.step = .write(deletions) }
        return plan
    }
}
