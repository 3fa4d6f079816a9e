internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import RelayRoutes

extension ClusterState {
    /// A Destination as far as it is known here.
    enum Known: Hashable, Sendable {
        case absent
        case unmanaged
        case present(ObservedDestination)
    }

    /// What is known of a Destination.
    func known(_ key: ObjectKey) -> Known {
        guard let destination = destinations[key] else { return .absent }
        return isManaged(key.namespace) ? .present(destination) : .unmanaged
    }

    /// The older Destinations that claim Services which a Destination claims too.
    func elders(of destination: ObservedDestination) -> [String: ServiceClaim] {
        let key = destination.key
        guard names[key.namespace].map({ $0.count > 1 }) ?? false else { return [:] }
        var elders: [String: ServiceClaim] = [:]
        for service in destination.services {
            guard let first = claimants.claims(of: service, in: key.namespace).first, first.resource != key.name else {
                continue
            }
            elders[service] = first
        }
        return elders
    }

    /// All that decides what is to be done about a Destination.
    ///
    /// - Parameters:
    ///   - subject: What is known of the Destination itself.
    ///   - isFresh: Whether that was just read from the API server.
    func observation(
        of key: ObjectKey,
        _ subject: DestinationObservation.Subject,
        isFresh: Bool
    ) -> DestinationObservation {
        let ownServices = servicesOf[key].sorted().compactMap { name -> DestinationObservation.Claim? in
            let key = ObjectKey(namespace: settings.installNamespace, name: name)
            guard var service = services[key] else { return nil }
            service.claim = claim(of: service)
            if remembered[name] != nil { service.isIntact = false }
            return DestinationObservation.Claim(
                service: service,
                releasedSince: releasedSince[service.uid],
                rivals: service.claim.flatMap { rivals[$0.port] }?.sorted() ?? []
            )
        }
        var ownAliases = aliasesOf[key].sorted().compactMap { name in
            aliases[ObjectKey(namespace: key.namespace, name: name)]
        }
        ownAliases += ownServices.compactMap { service in service.service.claim.flatMap(orphan(of:)) }
        var policyNames = policiesOf[key]
        var lostPorts: [String?: Int] = [:]
        if case .present(let judgement) = subject {
            policyNames.insert(AccessPolicy.name(owner: judgement.owner))
            for (port, entry) in lost where entry.holder.destination == key && entry.holder.owner == judgement.owner {
                lostPorts[entry.holder.tenant] = port
            }
        }
        let ownPolicies = policyNames.sorted().compactMap { name in
            policies[ObjectKey(namespace: settings.installNamespace, name: name)]
        }
        return DestinationObservation(
            key: key,
            subject: subject,
            isFresh: isFresh,
            claims: ownServices,
            aliases: ownAliases,
            policies: ownPolicies,
            lost: lostPorts
        )
    }

    /// The Service that leads to a claim's port under the alias's name, and has no owner any more: it was kept when its
    /// Destination was deleted.
    private func orphan(of claim: RouteClaim) -> ObservedAlias? {
        let key = ObjectKey(namespace: claim.route.namespace, name: claim.route.serviceName.rawValue)
        guard let alias = aliases[key], alias.destination == nil, alias.content.relayPort == claim.port else {
            return nil
        }
        return alias
    }
}
