import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import TestSupport
import Testing

@testable import DestinationController

/// Two managers who both think to lead, hear of things late and crash between any two writes, and people who change
/// Destinations and meddle with what was made.
struct World {
    /// A manager in the midst of its work.
    private struct Actor {
        var manager: Manager
        var key: ObjectKey?
        var fresh: ClusterState.Known?
        var asked: Set<Int> = []
        var troubles = WriteTroubles()
        var writes: [ControllerWrite] = []
    }

    /// A tenant of one Destination object.
    struct Owner: Hashable {
        let uid: String
        let tenant: String?
    }

    private var generator: SeededGenerator
    private var actors: [Actor] = []
    private(set) var cluster = ModelCluster()
    private(set) var now = ContinuousClock.now
    private let settings: ControllerSettings
    /// The port that each tenant's applications are led to, and those whose relay Service somebody has deleted.
    private var ports: [Owner: Int] = [:]
    private var meddled: Set<Int> = []
    /// Who had a port last, and until when at least.
    private var servedPorts: Set<Int> = []
    private var served: [Int: (owner: Owner, until: ContinuousClock.Instant)] = [:]
    /// How many of the cluster's records have been looked at.
    private var checked = 0
    private(set) var crashes = 0
    private(set) var conflicts = 0

    private static let names = ["mail", "mail-a", "bills"]
    private static let tenants = ["a", "b", "a-b", "c", "a-c", "Bad_One"]

    init(seed: UInt64) {
        generator = SeededGenerator(seed: seed)
        var settings = Samples.settings
        settings.relayPorts = 20_000...20_039
        self.settings = settings
        actors = [
            Actor(manager: Manager(settings, cluster, now: now)), Actor(manager: Manager(settings, cluster, now: now)),
        ]
    }

    mutating func step() {
        now += .seconds(Int.random(in: 0..<10, using: &generator))
        switch Int.random(in: 0..<100, using: &generator) {
        case 0..<4: changeDestination()
        case 4..<7: meddle()
        case 7: crash()
        case 8..<40: listen()
        default: work()
        }
        if cluster.records.count != checked { check() }
    }

    /// Nobody meddles any more, and one manager is left.
    mutating func calmDown() -> Manager {
        cluster.remove(.services, ObjectKey(namespace: "shop", name: "mail-c"))
        var manager = Manager(settings, cluster, now: now)
        for _ in 0..<3 {
            manager.expire(now: now)
            manager.enqueueAll()
            manager.settle(&cluster, now: now)
            now += settings.quarantine
        }
        check()
        return manager
    }

    // MARK: People

    private mutating func changeDestination() {
        guard let name = Self.names.randomElement(using: &generator) else { return }
        let key = ObjectKey(namespace: "shop", name: name)
        switch Int.random(in: 0..<6, using: &generator) {
        case 0: cluster.remove(.destinations, key)
        case 1: cluster.put(Samples.destination(name), .destinations)
        case 2: cluster.put(Samples.destination(name, annotation: "no JSON"), .destinations)
        case 3:
            let known = cluster.object(.destinations, key) ?? Samples.destination(name)
            let port = Bool.random(using: &generator) ? 2465 : 465
            cluster.put(known.setting(["spec", "service", "port"], .integer(port)), .destinations)
        default:
            let count = Int.random(in: 1...3, using: &generator)
            let tenants = Self.tenants.shuffled(using: &generator).prefix(count)
            cluster.put(Samples.destination(name, tenants: Array(tenants)), .destinations)
        }
    }

    private mutating func meddle() {
        let kind: WatchedKind = Int.random(in: 0..<4, using: &generator) == 0 ? .policies : .services
        let all = cluster.all(kind).sorted { $0.metadata.key < $1.metadata.key }
        guard let object = all.randomElement(using: &generator) else { return }
        let key = object.metadata.key
        switch Int.random(in: 0..<5, using: &generator) {
        case 0:
            RelayService.port(name: key.name).map { _ = meddled.insert($0) }
            cluster.remove(kind, key)
        case 1: cluster.put(object.setting(["metadata", "labels"], nil), kind)
        case 2:
            let path = kind == .policies ? ["spec", "podSelector", "matchLabels"] : ["spec", "selector"]
            cluster.put(object.setting(path, .object(["app": .string("x")])), kind)
        case 3:
            guard kind == .services else { return }
            let port = ObjectValue.object(["port": .integer(25), "targetPort": .integer(25)])
            guard key.namespace == "shop" else { return }
            cluster.put(object.setting(["spec", "ports"], .array([port])), kind)
        default:
            // A Service of somebody else's comes or goes.
            let foreign = ObjectKey(namespace: "shop", name: "mail-c")
            guard let there = cluster.object(.services, foreign) else {
                cluster.put(.service("mail-c", in: "shop"), .services)
                return
            }
            if there.metadata.ownerReferences.isEmpty { cluster.remove(.services, foreign) }
        }
    }

    // MARK: Managers

    private mutating func crash() {
        let index = Int.random(in: actors.indices, using: &generator)
        crashes += 1
        conflicts += actors[index].manager.conflicts
        actors[index] = Actor(manager: Manager(settings, cluster, now: now))
    }

    private mutating func listen() {
        let index = Int.random(in: actors.indices, using: &generator)
        let count = Int.random(in: 1...30, using: &generator)
        let kinds: [WatchedKind] = [.destinations, .services, .policies]
        guard let kind = kinds.randomElement(using: &generator) else { return }
        actors[index].manager.listen(to: cluster, kind, atMost: count, now: now)
    }

    private mutating func work() {
        let index = Int.random(in: actors.indices, using: &generator)
        var actor = actors[index]
        defer { actors[index] = actor }
        if !actor.writes.isEmpty {
            let write = actor.writes.remove(at: Int.random(in: actor.writes.indices, using: &generator))
            actor.troubles[write.target] = actor.manager.perform(write, &cluster, now: now)
            return
        }
        guard let key = actor.key else {
            actor.manager.expire(now: now)
            if actor.manager.queue.isEmpty { actor.manager.enqueueAll() }
            actor.key = actor.manager.queue.sorted().randomElement(using: &generator)
            actor.key.map { _ = actor.manager.queue.remove($0) }
            actor.fresh = nil
            actor.asked = []
            actor.troubles = WriteTroubles()
            return
        }
        switch actor.manager.plan(key, fresh: actor.fresh, asked: actor.asked, actor.troubles, now: now).step {
        case .confirm(let ports):
            actor.fresh = actor.manager.confirm(key, ports, cluster, now: now)
            actor.asked.formUnion(ports)
        case .write(let writes): actor.writes = writes
        case .rest: actor.key = nil
        }
    }

    // MARK: What must hold at every moment

    private var claims: [RouteClaim] {
        cluster.all(.services).compactMap { service in
            guard service.metadata.namespace == settings.installNamespace else { return nil }
            return ObservedClaim(service)?.claim
        }
    }

    private mutating func check() {
        // Those that are served still are, since nothing has changed.
        for port in servedPorts { served[port]?.until = now }
        checked = cluster.records.count
        servedPorts = []
        var owners: [Int: Owner] = [:]
        for claim in claims where claim.isServed {
            let owner = Owner(uid: claim.owner, tenant: claim.route.tenant)
            owners[claim.port] = owner
            if let last = served[claim.port], last.owner != owner, !meddled.contains(claim.port) {
                #expect(
                    now - last.until >= settings.quarantine,
                    "port \(claim.port) went from \(last.owner) to \(owner) after \(now - last.until)"
                )
            }
            served[claim.port] = (owner, now)
            servedPorts.insert(claim.port)
        }
        let led = ports
        ports = [:]
        let living = Set(cluster.all(.destinations).map(\.metadata.uid))
        for service in cluster.all(.services) where service.metadata.namespace == "shop" {
            guard let alias = ObservedAlias(service, settings), alias.destination != nil else { continue }
            let port = alias.content.relayPort
            if let owner = owners[port] {
                #expect(
                    owner.uid == alias.content.owner,
                    "\(alias.content.key) leads to the port of another Destination"
                )
                let tenant = owner.tenant.map { "-\($0)" } ?? ""
                #expect(alias.content.key.name == alias.content.resource + tenant)
            }
            guard living.contains(alias.content.owner) else { continue }
            let name = alias.content.key.name.dropFirst(alias.content.resource.count + 1)
            let owner = Owner(uid: alias.content.owner, tenant: name.isEmpty ? nil : String(name))
            #expect(
                (led[owner] ?? port) == port || meddled.contains(led[owner] ?? 0),
                "\(owner) was led to port \(led[owner] ?? 0), and now to \(port)"
            )
            ports[owner] = port
        }
    }
}
