internal import DestinationModel
internal import DestinationRules
internal import Kubernetes
internal import ObjectModel
internal import RelayRoutes

extension ClusterState {
    /// Takes in what a watch tells.
    ///
    /// - Returns: The Destinations that are to be looked at.
    mutating func receive(_ event: WatchEvent, of kind: WatchedKind, now: ContinuousClock.Instant) -> Set<ObjectKey> {
        switch kind {
        case .destinations: follow(destinations.receive(event))
        case .services: follow(services.receive(event), now).union(follow(aliases.receive(event)))
        case .policies: follow(policies.receive(event))
        case .namespaces: follow(namespaces.receive(event))
        }
    }

    /// Takes in an object as the API server has just given it: the answer to a write, or to a question.
    mutating func learned(_ object: ObjectValue, of kind: WatchedKind, now: ContinuousClock.Instant) -> Set<ObjectKey> {
        switch kind {
        case .destinations: follow(destinations.wrote(object))
        case .services: follow(services.wrote(object), now).union(follow(aliases.wrote(object)))
        case .policies: follow(policies.wrote(object))
        case .namespaces: follow(namespaces.wrote(object))
        }
    }

    /// Takes in that an object is gone.
    mutating func deleted(
        _ key: ObjectKey,
        uid: String,
        of kind: WatchedKind,
        now: ContinuousClock.Instant
    ) -> Set<ObjectKey> {
        switch kind {
        case .destinations: follow(destinations.deleted(key, uid: uid))
        case .services:
            follow(services.deleted(key, uid: uid), now).union(follow(aliases.deleted(key, uid: uid)))
        case .policies: follow(policies.deleted(key, uid: uid))
        case .namespaces: follow(namespaces.deleted(key, uid: uid))
        }
    }

    // MARK: Destinations

    private mutating func follow(_ changes: [ObjectCache<ObservedDestination>.Change]) -> Set<ObjectKey> {
        var touched: Set<ObjectKey> = []
        for change in changes {
            switch change {
            case .added(let key, let new):
                names[key.namespace, default: []].insert(key.name)
                claimants.insert(new.object)
                touched.insert(key)
                addClaimants(of: new.services, in: key.namespace, to: &touched)
            case .changed(let key, let old, let new):
                touched.insert(key)
                guard old.tenantsText != new.tenantsText || old.uid != new.uid else { continue }
                claimants.insert(new.object)
                addClaimants(of: old.services.symmetricDifference(new.services), in: key.namespace, to: &touched)
            case .removed(let key, let old):
                names[key.namespace]?.remove(key.name)
                if names[key.namespace]?.isEmpty == true { names[key.namespace] = nil }
                claimants.remove(namespace: key.namespace, name: key.name)
                touched.insert(key)
                addClaimants(of: old.services, in: key.namespace, to: &touched)
            }
        }
        return touched
    }

    private func addClaimants(of services: Set<String>, in namespace: String, to touched: inout Set<ObjectKey>) {
        // Alone in its namespace, nobody can be in its way.
        guard names[namespace].map({ $0.count > 1 }) ?? false else { return }
        for service in services {
            for claim in claimants.claims(of: service, in: namespace) {
                touched.insert(ObjectKey(namespace: namespace, name: claim.resource))
            }
        }
    }

    private mutating func follow(_ changes: [ObjectCache<Bool>.Change]) -> Set<ObjectKey> {
        var touched: Set<ObjectKey> = []
        for change in changes {
            switch change {
            case .added(let key, _), .changed(let key, _, _), .removed(let key, _):
                for name in names[key.name] ?? [] { touched.insert(ObjectKey(namespace: key.name, name: name)) }
            }
        }
        return touched
    }

    // MARK: What belongs to Destinations

    private mutating func follow(_ changes: [ObjectCache<ObservedAlias>.Change]) -> Set<ObjectKey> {
        var touched: Set<ObjectKey> = []
        func touch(_ alias: ObservedAlias) {
            // One without an owner is of interest where it leads to a claim's port.
            (alias.destination ?? destination(ofPort: alias.content.relayPort)).map { _ = touched.insert($0) }
        }
        for change in changes {
            switch change {
            case .added(_, let new):
                enter(new)
                touch(new)
            case .changed(_, let old, let new):
                leave(old)
                enter(new)
                touch(old)
                touch(new)
            case .removed(let key, let old):
                leave(old)
                touch(old)
                // The name is free: somebody else may have waited for it.
                addClaimants(of: [key.name], in: key.namespace, to: &touched)
            }
        }
        return touched
    }

    private mutating func enter(_ alias: ObservedAlias) {
        alias.destination.map { aliasesOf.insert(alias.content.key.name, of: $0) }
    }

    private mutating func leave(_ alias: ObservedAlias) {
        alias.destination.map { aliasesOf.remove(alias.content.key.name, of: $0) }
    }

    private mutating func follow(_ changes: [ObjectCache<ObservedPolicy>.Change]) -> Set<ObjectKey> {
        var touched: Set<ObjectKey> = []
        func add(_ key: ObjectKey?) { key.map { _ = touched.insert($0) } }
        for change in changes {
            switch change {
            case .added(_, let new):
                new.destination.map { policiesOf.insert(new.name, of: $0) }
                add(new.destination)
            case .changed(_, let old, let new):
                old.destination.map { policiesOf.remove(old.name, of: $0) }
                new.destination.map { policiesOf.insert(new.name, of: $0) }
                add(old.destination)
                add(new.destination)
            case .removed(_, let old):
                old.destination.map { policiesOf.remove(old.name, of: $0) }
                add(old.destination)
            }
        }
        return touched
    }
}
