internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import RelayRoutes

extension PlanDraft {
    /// How each tenant fares, in the annotation's order.
    func tenants(_ settings: ControllerSettings, _ troubles: WriteTroubles) -> [DestinationPlan.Tenant] {
        guard let judgement else { return [] }
        var tenants = judgement.tenants
        if tenants.isEmpty {
            // The list can't be read. Those that were served are.
            tenants = kept.keys.sorted { ($0 ?? "") < ($1 ?? "") }
        }
        let policy = observation.policies.first { $0.owner == judgement.owner }
        let open = Set(policy?.content?.ports ?? [])
        return tenants.map { tenant in
            let kept = kept[tenant]
            let name = ServiceName.text(resource: observation.key.name, tenant: tenant)
            return DestinationPlan.Tenant(
                tenant: tenant,
                serviceName: name,
                claim: kept?.observed.service.claim,
                problem: judgement.problems[tenant] ?? judgement.problem.map(TenantProblem.resource)
                    ?? problem(tenant, name, kept, open, settings, troubles)
            )
        }
    }

    /// What keeps a tenant from being served that could be.
    private func problem(
        _ tenant: String?,
        _ name: String,
        _ kept: (observed: DestinationObservation.Claim, wanted: RouteClaim)?,
        _ open: Set<Int>,
        _ settings: ControllerSettings,
        _ troubles: WriteTroubles
    ) -> TenantProblem? {
        guard let kept else {
            if case .failed(let words) = troubles[.claim(tenant: tenant)] { return .notWritten(words) }
            return new.contains { $0.route.tenant == tenant }
                ? .settingUp : lack.map(TenantProblem.noPort) ?? .settingUp
        }
        if kept.observed.service.claim != kept.wanted {
            return trouble(.relayService(kept.observed.service.name), troubles) ?? .settingUp
        }
        if let trouble = trouble(.alias(name), troubles) { return trouble }
        guard open.contains(kept.wanted.port) else {
            return trouble(.policy(AccessPolicy.name(owner: kept.wanted.owner)), troubles) ?? .settingUp
        }
        let wanted = AliasService(kept.wanted)
        guard aliases[name]?.content == wanted else { return .settingUp }
        return kept.observed.rivals.first.map(TenantProblem.contestedPort)
    }

    private func trouble(_ target: ControllerWrite.Target, _ troubles: WriteTroubles) -> TenantProblem? {
        switch troubles[target] {
        case .failed(let words): .notWritten(words)
        case .foreign: .foreignService
        case nil: nil
        }
    }
}
