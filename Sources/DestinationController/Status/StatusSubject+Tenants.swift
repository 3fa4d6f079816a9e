public import DestinationModel
internal import DestinationRules
internal import ObjectModel
internal import RelayRoutes

extension StatusSubject {
    /// How a tenant fares whose Service and relay port are there: as the relays say.
    ///
    /// - Parameters:
    ///   - tenant: The tenant's subdomain; `nil` for a resource that names none.
    ///   - serviceName: The Service that applications connect to.
    ///   - relayPort: The port that the relays have for it.
    ///   - proof: What the relays say.
    ///   - before: The status as it stands.
    public func tenant(
        _ tenant: String?,
        serviceName: String,
        relayPort: Int,
        proof: RouteProof,
        before: StatusReading
    ) -> TenantStatus {
        func status(_ state: TenantStatus.State, _ reason: String? = nil, _ message: String? = nil) -> TenantStatus {
            TenantStatus(
                tenant: tenant,
                serviceName: serviceName,
                relayPort: relayPort,
                state: state,
                reason: reason,
                message: message
            )
        }
        switch proof {
        case .open:
            return status(.ready)
        case .failed(let reason, let message):
            return status(.failed, reason, message)
        case .lookingUp:
            return status(
                .pending,
                StatusReason.lookupPending,
                "a relay serves the port and is looking its destination up; wait a few seconds, and if that doesn't "
                    + "help, read the relays' log: \(relayLog)"
            )
        case .awaited:
            // What was proven until now isn't taken back because a relay is being asked for the first time.
            if before.generation == generation, let kept = before[tenant]?.status, kept.relayPort == relayPort {
                return status(kept.state, kept.reason, kept.message)
            }
            return status(
                .pending,
                StatusReason.relayNotReady,
                "a relay has just become ready and is being asked what it serves; wait a few seconds"
            )
        case .unknown:
            return status(
                .pending,
                StatusReason.relayNotReady,
                "no relay that is ready has opened port \(relayPort) for it yet; wait a few seconds, and if that "
                    + "doesn't help, read the relays' log: \(relayLog)"
            )
        case .contradicted:
            return status(
                .pending,
                StatusReason.relayNotReady,
                "a relay that is ready still serves port \(relayPort) for something else; wait a few seconds, and if that "
                    + "doesn't help, it hears nothing of the API server: see the relays' log: \(relayLog)"
            )
        case .noRelay:
            return status(
                .pending,
                StatusReason.relayNotReady,
                "no relay is ready; see what keeps the relays' pods from it: kubectl get pods -n "
                    + "\(installNamespace) -l \(Self.relayLabel)"
            )
        }
    }

    /// How a tenant fares whom the manager itself can't serve.
    ///
    /// - Parameters:
    ///   - relayPort: The port that the relays have for it, where there is one all the same.
    ///   - problem: Why.
    public func tenant(
        _ tenant: String?,
        serviceName: String,
        relayPort: Int? = nil,
        problem: TenantProblem
    ) -> TenantStatus {
        let (state, reason, message) = words(for: problem, serviceName)
        return TenantStatus(
            tenant: tenant,
            serviceName: serviceName,
            relayPort: relayPort,
            state: state,
            reason: reason,
            message: message
        )
    }

    private func words(
        for problem: TenantProblem,
        _ serviceName: String
    ) -> (TenantStatus.State, reason: String, message: String) {
        switch problem {
        case .rule(let finding):
            return (.failed, finding.statusReason, finding.statusMessage)
        case .resource(let problem):
            // Once in the condition is enough: there may be thousands of tenants.
            return (.failed, problem.reason, "the whole resource can't be used; its condition Available says why")
        case .duplicate(let claim):
            let whose = claim.tenant.map { " for its tenant \(Quoted($0))" } ?? ""
            return (
                .failed, StatusReason.duplicate,
                "the Service \(Quoted(serviceName)) belongs to the older Destination \(Quoted(claim.resource))\(whose);"
                    + " give one of the two another name, or drop the tenant"
            )
        case .foreignService:
            return (
                .failed, StatusReason.foreignService,
                "there is a Service \(Quoted(serviceName)) that this Destination hasn't made; give one of the two "
                    + "another name, or delete that Service: kubectl delete service -n \(namespace) \(serviceName)"
            )
        case .reservedName:
            return (
                .failed, StatusReason.foreignService,
                "Services of the name \(Quoted(serviceName)) are the relay's in this namespace; give the Destination "
                    + "another name, or put it into another namespace"
            )
        case .noPort(.range(let range)):
            return (
                .failed, StatusReason.portsExhausted,
                "all relay ports from \(range.lowerBound) to \(range.upperBound) are taken; widen relay.portRange in "
                    + "the configuration, or delete Destinations, whose ports are free ten minutes later"
            )
        case .noPort(.share):
            return (
                .failed, StatusReason.portsExhausted,
                "the namespace has as many relay ports as are left for all others; widen "
                    + "relay.portRange in the configuration, or delete Destinations of this namespace, whose ports are "
                    + "free ten minutes later"
            )
        case .noPort(.relays(let count)):
            return (
                .failed, StatusReason.portsExhausted,
                "relays still have open what is left of the relay ports (\(count)); it is tried again by itself, and if "
                    + "that doesn't help, see which relay is behind: kubectl get pods -n \(installNamespace) "
                    + "-l \(Self.relayLabel), and their log: \(relayLog)"
            )
        case .contestedPort(let service):
            return (
                .failed, StatusReason.relayPortContested,
                "the Service \(Quoted(service)) in the namespace \(installNamespace) leads to its relay port too, so the "
                    + "relays serve nobody there; delete that Service, which isn't the manager's: "
                    + "kubectl delete service -n \(installNamespace) \(service)"
            )
        case .notWritten(let error):
            return (
                .failed, StatusReason.notWritten,
                "what it needs can't be written: \(BoundedText.line(error, limit: 500)); \(retry)"
            )
        case .settingUp:
            return (.pending, StatusReason.relayNotReady, "its Services are being made; wait a few seconds")
        }
    }

    /// What a status says of a failed reconciliation; `nil` where its tenants say it.
    func words(forFailure failure: String, _ tenants: [TenantStatus]) -> String? {
        guard !tenants.contains(where: { $0.reason == StatusReason.notWritten }) else { return nil }
        return "the last change isn't applied: \(BoundedText.line(failure, limit: 500)); \(retry)"
    }

    private var retry: String {
        "it is tried again by itself, and if that doesn't help, see the manager's log: kubectl logs -n "
            + "\(installNamespace) -l app.kubernetes.io/name=tproxy-manager"
    }

    private var relayLog: String { "kubectl logs -n \(installNamespace) -l \(Self.relayLabel)" }

    private static let relayLabel = "\(RelayService.podLabel.name)=\(RelayService.podLabel.value)"
}
