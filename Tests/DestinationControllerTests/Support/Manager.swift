import Kubernetes
import ObjectModel
import RelayRoutes

@testable import DestinationController

/// A manager without a network: what it knows of the cluster, which may be behind, and what it is in the midst of.
struct Manager {
    let settings: ControllerSettings
    private(set) var state: ClusterState
    /// How many of the cluster's records it has heard of, by kind: watches don't wait for each other.
    private var heard: [WatchedKind: Int] = [:]
    var queue: Set<ObjectKey> = []
    private(set) var troubles: [ObjectKey: WriteTroubles] = [:]
    /// The tenants of each Destination as the last look left them.
    private(set) var tenants: [ObjectKey: [DestinationPlan.Tenant]] = [:]
    private(set) var conflicts = 0
    /// What relays may still have open, for whom.
    var open: [Int: PortHolder] = [:]

    /// Begins with a list of everything.
    init(_ settings: ControllerSettings, _ cluster: ModelCluster, now: ContinuousClock.Instant) {
        self.settings = settings
        state = ClusterState(settings)
        for kind in WatchedKind.allCases {
            _ = state.receive(.restarted, of: kind, now: now)
            for object in cluster.all(kind) where sees(object, kind) {
                _ = state.receive(.present(object), of: kind, now: now)
            }
            _ = state.receive(.synced, of: kind, now: now)
            heard[kind] = cluster.records.count
        }
        state.begin(now: now)
        queue = state.keys
    }

    /// Hears of what has happened to one kind of objects, up to so many records.
    mutating func listen(
        to cluster: ModelCluster,
        _ kind: WatchedKind,
        atMost count: Int = .max,
        now: ContinuousClock.Instant
    ) {
        var index = heard[kind] ?? 0
        var left = count
        while index < cluster.records.count, left > 0 {
            let record = cluster.records[index]
            index += 1
            guard record.kind == kind, sees(record.object, kind) else { continue }
            queue.formUnion(state.receive(record.event, of: kind, now: now))
            left -= 1
        }
        heard[kind] = index
    }

    /// Policies are watched in the install namespace only.
    private func sees(_ object: ObjectValue, _ kind: WatchedKind) -> Bool {
        kind != .policies || object.metadata.namespace == settings.installNamespace
    }

    mutating func listen(to cluster: ModelCluster, now: ContinuousClock.Instant) {
        for kind in WatchedKind.allCases { listen(to: cluster, kind, now: now) }
    }

    mutating func enqueueAll() { queue.formUnion(state.keys) }

    mutating func expire(now: ContinuousClock.Instant) { state.expire(now: now) { open[$0] != nil } }

    /// Plans the next step for a Destination.
    mutating func plan(
        _ key: ObjectKey,
        fresh: ClusterState.Known?,
        asked: Set<Int> = [],
        _ troubles: WriteTroubles,
        now: ContinuousClock.Instant
    ) -> DestinationPlan {
        let subject: DestinationObservation.Subject
        switch fresh ?? state.known(key) {
        case .absent: subject = .absent
        case .unmanaged: subject = .unmanaged
        case .present(let destination):
            let elders = state.elders(of: destination)
            subject = .present(Judgement(destination, settings) { elders[$0] })
        }
        var observation = state.observation(of: key, subject, isFresh: fresh != nil)
        observation.askedPorts = asked
        for index in observation.claims.indices {
            observation.claims[index].mayBeOpen = observation.claims[index].service.ports.contains { open[$0] != nil }
        }
        var pool = state
        let plan = DestinationPlanner(settings: settings, now: now, time: MicroTime(microseconds: 0)).plan(
            observation,
            troubles: troubles
        ) { lost, holder in
            pool.takePort(lost: lost, for: holder) { open[$0] != nil && open[$0] != holder }
        }
        state = pool
        return plan
    }

    /// What the API server says of a Destination.
    mutating func confirm(
        _ key: ObjectKey,
        _ ports: [Int],
        _ cluster: ModelCluster,
        now: ContinuousClock.Instant
    ) -> ClusterState.Known {
        for port in ports {
            guard let service = cluster.object(.services, state.relayService(port)) else { continue }
            queue.formUnion(state.learned(service, of: .services, now: now))
        }
        guard let object = cluster.object(.destinations, key) else { return .absent }
        if settings.selectsNamespaces,
            cluster.object(.namespaces, ObjectKey(namespace: "", name: key.namespace)) == nil
        {
            return .unmanaged
        }
        return .present(ObservedDestination(object))
    }

    /// Carries a write out, as ``ClusterWriter`` does.
    mutating func perform(_ write: ControllerWrite, _ cluster: inout ModelCluster, now: ContinuousClock.Instant)
        -> WriteTroubles.Trouble?
    {
        func key(_ name: String) -> ObjectKey { ObjectKey(namespace: settings.installNamespace, name: name) }
        switch write {
        case .createClaim(let claim):
            defer { state.giveBack(claim) }
            return create(
                settings.server.known(claim.service(in: settings.installNamespace)),
                .services,
                &cluster,
                now
            )
        case .createPolicy(let policy):
            return create(policy.object(in: settings.installNamespace), .policies, &cluster, now)
        case .createAlias(let alias):
            return create(alias.object(settings), .services, &cluster, now, isAlias: true)
        case .updateClaim(let observed, let claim):
            let patch = observed.patch(to: claim, in: settings.installNamespace, server: settings.server)
            return update(patch, .services, key(observed.name), observed.uid, &cluster, now)
        case .updatePolicy(let observed, let policy):
            return update(policy.patch(of: observed), .policies, key(observed.name), observed.uid, &cluster, now)
        case .updateAlias(let observed, let alias):
            return update(alias.patch(of: observed, settings), .services, alias.key, observed.uid, &cluster, now)
        case .deleteClaim(let observed):
            return delete(.services, key(observed.name), observed.uid, observed.resourceVersion, &cluster, now)
        case .deletePolicy(let observed):
            return delete(.policies, key(observed.name), observed.uid, observed.resourceVersion, &cluster, now)
        case .deleteAlias(let observed):
            return delete(.services, observed.content.key, observed.uid, observed.resourceVersion, &cluster, now)
        }
    }

    /// Looks at a Destination until there is nothing left to do.
    mutating func reconcile(_ key: ObjectKey, _ cluster: inout ModelCluster, now: ContinuousClock.Instant) {
        var fresh: ClusterState.Known?
        var asked: Set<Int> = []
        var troubles = WriteTroubles()
        queue.remove(key)
        for _ in 0..<40 {
            let plan = plan(key, fresh: fresh, asked: asked, troubles, now: now)
            switch plan.step {
            case .confirm(let ports):
                fresh = confirm(key, ports, cluster, now: now)
                asked.formUnion(ports)
            case .write(let writes):
                for write in writes { troubles[write.target] = perform(write, &cluster, now: now) }
            case .rest:
                tenants[key] = plan.tenants
                self.troubles[key] = troubles
                return
            }
        }
        queue.insert(key)
    }

    /// Hears of everything and looks at everything, until there is nothing left to do.
    mutating func settle(_ cluster: inout ModelCluster, now: ContinuousClock.Instant) {
        for _ in 0..<100 {
            listen(to: cluster, now: now)
            guard let key = queue.sorted().first else { return }
            reconcile(key, &cluster, now: now)
        }
    }

    private mutating func create(
        _ object: ObjectValue,
        _ kind: WatchedKind,
        _ cluster: inout ModelCluster,
        _ now: ContinuousClock.Instant,
        isAlias: Bool = false
    ) -> WriteTroubles.Trouble? {
        switch cluster.create(object, kind) {
        case .done(let answer):
            queue.formUnion(state.learned(answer, of: kind, now: now))
            return nil
        case .exists, .conflict, .missing, .deleted:
            conflicts += 1
            guard let found = cluster.object(kind, object.metadata.key) else { return nil }
            if found.metadata.isBeingDeleted { return .failed("it is being deleted") }
            if isAlias, ClusterWriter.isForeign(found, insteadOf: object, settings) { return .foreign }
            queue.formUnion(state.learned(found, of: kind, now: now))
            return nil
        }
    }

    private mutating func update(
        _ patch: ObjectValue,
        _ kind: WatchedKind,
        _ key: ObjectKey,
        _ uid: String,
        _ cluster: inout ModelCluster,
        _ now: ContinuousClock.Instant
    ) -> WriteTroubles.Trouble? {
        settle(cluster.patch(patch, kind, key), kind, key, uid, cluster, now)
    }

    private mutating func delete(
        _ kind: WatchedKind,
        _ key: ObjectKey,
        _ uid: String,
        _ resourceVersion: String,
        _ cluster: inout ModelCluster,
        _ now: ContinuousClock.Instant
    ) -> WriteTroubles.Trouble? {
        let answer = cluster.delete(kind, key, uid: uid, resourceVersion: resourceVersion)
        return settle(answer, kind, key, uid, cluster, now)
    }

    private mutating func settle(
        _ answer: ModelCluster.Answer,
        _ kind: WatchedKind,
        _ key: ObjectKey,
        _ uid: String,
        _ cluster: ModelCluster,
        _ now: ContinuousClock.Instant
    ) -> WriteTroubles.Trouble? {
        switch answer {
        case .done(let object): queue.formUnion(state.learned(object, of: kind, now: now))
        case .deleted, .missing: queue.formUnion(state.deleted(key, uid: uid, of: kind, now: now))
        case .exists, .conflict:
            conflicts += 1
            if let found = cluster.object(kind, key) { queue.formUnion(state.learned(found, of: kind, now: now)) }
        }
        return nil
    }
}
