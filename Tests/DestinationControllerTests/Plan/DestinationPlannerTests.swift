import DestinationModel
import DestinationRules
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

@Suite("What a Destination needs next")
struct DestinationPlannerTests {
    private var bench = PlanBench()

    @Test("Relay Services come first, then the policy, then the aliases")
    mutating func order() throws {
        bench.cluster.put(Samples.destination(tenants: ["b", "a"]), .destinations)
        var manager = Manager(Samples.settings, bench.cluster, now: bench.now)
        func step(_ bench: inout PlanBench) -> [ControllerWrite] {
            let plan = manager.plan(bench.key, fresh: nil, WriteTroubles(), now: bench.now)
            guard case .write(let writes) = plan.step else { return [] }
            for write in writes { #expect(manager.perform(write, &bench.cluster, now: bench.now) == nil) }
            return writes
        }
        #expect(step(&bench).map(\.target) == [.claim(tenant: "b"), .claim(tenant: "a")])
        #expect(bench.claim(20_000)?.route.tenant == "b")
        #expect(bench.claim(20_001)?.route.tenant == "a")
        #expect(step(&bench).map(\.target) == [.policy("destination-uid-1")])
        #expect(bench.policies.map(\.ports) == [[20_000, 20_001]])
        #expect(bench.policies.map(\.scope) == [.namespaced])
        #expect(step(&bench).map(\.target) == [.alias("mail-b"), .alias("mail-a")])
        #expect(step(&bench) == [])
        let plan = manager.plan(bench.key, fresh: nil, WriteTroubles(), now: bench.now)
        #expect(plan.tenants.map(\.tenant) == ["b", "a"])
        #expect(plan.tenants.map(\.problem) == [nil, nil])
        #expect(plan.tenants.map { $0.claim?.port } == [20_000, 20_001])
    }

    @Test("What is in order is left alone, by another manager too")
    mutating func rest() {
        bench.cluster.put(Samples.destination(), .destinations)
        bench.cluster.put(Samples.destination("bills", tenants: ["a", "b"]), .destinations)
        _ = bench.settled()
        let writes = bench.cluster.writes
        #expect(writes == 3 + 5)
        _ = bench.settled()
        #expect(bench.cluster.writes == writes)
    }

    @Test("A tenant that goes loses its alias, then the way in, then the relay Service, whose port rests")
    mutating func removal() throws {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        bench.cluster.put(Samples.destination(tenants: ["a"]), .destinations)
        manager.listen(to: bench.cluster, now: bench.now)
        #expect(manager.plan(bench.key, fresh: nil, WriteTroubles(), now: bench.now).step == .confirm(ports: []))
        let fresh = manager.confirm(bench.key, [], bench.cluster, now: bench.now)
        var targets: [[ControllerWrite.Target]] = []
        while true {
            let plan = manager.plan(bench.key, fresh: fresh, WriteTroubles(), now: bench.now)
            guard case .write(let writes) = plan.step else {
                #expect(plan.wakeAt == bench.now + .seconds(600))
                break
            }
            targets.append(writes.map(\.target))
            for write in writes { #expect(manager.perform(write, &bench.cluster, now: bench.now) == nil) }
        }
        #expect(targets == [[.alias("mail-b")], [.policy("destination-uid-1")], [.relayService("relay-20001")]])
        #expect(bench.policies.map(\.ports) == [[20_000]])
        #expect(bench.claim(20_001)?.isServed == false)
        #expect(bench.alias("mail-a") != nil)
        // Nine minutes later it is still there, ten minutes later it isn't.
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now + .seconds(599))
        #expect(bench.claim(20_001) != nil)
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now + .seconds(600))
        #expect(bench.claim(20_001) == nil)
        #expect(bench.claim(20_000)?.isServed == true)
    }

    @Test("A tenant that comes back within that time has its port again, and nobody else gets it")
    mutating func comeBack() {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        bench.cluster.put(Samples.destination(tenants: ["b"]), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == false)
        bench.cluster.put(Samples.destination("other"), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_002)?.route.resource == "other")
        bench.cluster.put(Samples.destination(tenants: ["b", "c", "a"]), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.route.tenant == "a")
        #expect(bench.claim(20_000)?.isServed == true)
        #expect(bench.claim(20_003)?.route.tenant == "c")
        #expect(bench.alias("mail-a")?.content.relayPort == 20_000)
    }

    @Test("A Destination that is deleted and made again gets other ports")
    mutating func recreation() {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        bench.cluster.remove(.destinations, bench.key)
        bench.cluster.put(Samples.destination(), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == false)
        #expect(bench.claim(20_001)?.isServed == true)
        #expect(bench.alias("mail")?.content.relayPort == 20_001)
        #expect(bench.policies.count == 1)
    }

    @Test(
        "Port, destination, level, fragment and instance change in place",
        arguments: [
            (["service": .object(["port": .integer(2465)])], 2465),
            (["destinationRef": .object(["name": .string("elsewhere")])], 465),
            (["destinationRef": .object(["name": .string("example-dest-smtps"), "level": .string("instance")])], 465),
            (["fragmentRef": .object(["name": .string("europe"), "optional": .bool(true)])], 465),
            (["destinationServiceInstanceName": .string("other")], 465),
        ] as [([String: ObjectValue], Int)]
    )
    mutating func change(spec: [String: ObjectValue], servicePort: Int) throws {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        bench.cluster.put(Samples.destination("other"), .destinations)
        var manager = bench.settled()
        let writes = bench.cluster.writes
        bench.cluster.put(Samples.destination(tenants: ["a", "b"], spec: spec), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.cluster.writes == writes + 2)
        let alias = try #require(bench.alias("mail-a"))
        let claim = try #require(bench.claim(alias.content.relayPort))
        #expect(claim.route.tenant == "a")
        #expect(claim.route.servicePort == servicePort)
        let service = try #require(bench.cluster.object(.services, manager.state.relayService(claim.port)))
        #expect(service["spec"]?["ports"]?.arrayValue?.count == 1)
        #expect(service["spec"]?["ports"]?.arrayValue?.first?["port"] == .integer(servicePort))
        #expect(service.metadata.annotations["config.linkerd.io/opaque-ports"] == "\(servicePort)")
    }

    @Test("The scope decides who is let in")
    mutating func scope() {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        let scope = ["accessControl": ObjectValue.object(["scope": .string("clusterWide")])]
        bench.cluster.put(Samples.destination(spec: scope), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.policies.map(\.scope) == [.clusterWide])
        bench.cluster.put(Samples.destination(), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.policies.map(\.scope) == [.namespaced])
    }

    @Test("Of two claims for one tenant the one stays that applications are led to")
    mutating func duplicates() throws {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        var double = try #require(bench.claim(20_000))
        double.port = 20_005
        bench.cluster.put(double.service(in: "system"), .services)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == true)
        #expect(bench.claim(20_005)?.isServed == false)
        // Where the alias leads to the other, that one stays.
        bench.cluster.put(double.service(in: "system"), .services)
        bench.cluster.put(AliasService(double).object(Samples.settings), .services)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_005)?.isServed == true)
        #expect(bench.claim(20_000)?.isServed == false)
        #expect(bench.alias("mail")?.content.relayPort == 20_005)
    }

    @Test("An alias isn't led elsewhere because of a claim that a watch hasn't told yet")
    mutating func unheardClaim() {
        bench.cluster.put(Samples.destination(), .destinations)
        var late = Manager(Samples.settings, bench.cluster, now: bench.now)
        _ = bench.settled()
        late.reconcile(bench.key, &bench.cluster, now: bench.now)
        late.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail")?.content.relayPort == 20_000)
        #expect(bench.claim(20_000)?.isServed == true)
    }

    @Test("A namespace gets as many ports as are left for all others, and there is one for whoever has none")
    mutating func shares() {
        let tenants = (0..<12).map { "t\($0)" }
        bench.cluster.put(Samples.destination(tenants: tenants), .destinations)
        var manager = bench.settled()
        let problems = manager.tenants[bench.key]?.compactMap(\.problem) ?? []
        #expect(problems == Array(repeating: .noPort(.share), count: 7))
        #expect(manager.tenants[bench.key]?.count == 12)
        #expect(bench.policies.first?.ports.count == 5)
        // Those that are given up count until they are free.
        bench.cluster.put(Samples.destination(tenants: Array(tenants.dropFirst(2))), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(manager.tenants[bench.key]?.compactMap(\.problem).count == 7)
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now + .seconds(600))
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now + .seconds(600))
        #expect(manager.tenants[bench.key]?.compactMap(\.problem).count == 5)
        #expect(manager.state.shares == ["shop": 5])
    }

    @Test("A full range is said of those who get no port, and the others are served")
    mutating func exhaustion() {
        let tenants = (0..<12).map { "t\($0)" }
        for namespace in ["a", "b", "c", "d", "e"] {
            bench.cluster.put(Samples.destination(namespace: namespace, tenants: tenants), .destinations)
        }
        let manager = bench.settled()
        let served = ["a", "b", "c", "d", "e"].map { namespace in
            manager.tenants[ObjectKey(namespace: namespace, name: "mail")]?.count { $0.problem == nil }
        }
        #expect(served == [5, 3, 1, 1, 0])
        let problem = manager.tenants[ObjectKey(namespace: "e", name: "mail")]?.last?.problem
        #expect(problem == .noPort(.range(20_000...20_009)))
    }

    @Test("A port goes to nobody else for as long as a relay has it open, however long ago it was given up")
    mutating func openPort() throws {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        manager.open[20_000] = try #require(bench.claim(20_000)).holder
        bench.cluster.remove(.destinations, bench.key)
        manager.settle(&bench.cluster, now: bench.now)
        manager.enqueueAll()
        let later = bench.now + .seconds(3600)
        manager.settle(&bench.cluster, now: later)
        #expect(bench.claim(20_000)?.isServed == false)
        #expect(manager.plan(bench.key, fresh: .absent, WriteTroubles(), now: later).wakeAt == later + .seconds(10))
        // Nor where its relay Service is gone, and the manager has forgotten about it.
        bench.cluster.remove(.services, ObjectKey(namespace: "system", name: "relay-20000"))
        var successor = Manager(Samples.settings, bench.cluster, now: later)
        successor.open = manager.open
        bench.cluster.put(Samples.destination("bills", tenants: (0..<5).map { "t\($0)" }), .destinations)
        successor.settle(&bench.cluster, now: later)
        #expect(bench.claim(20_000) == nil)
        #expect(bench.claim(20_005) != nil)
        successor.open = [:]
        for namespace in ["office", "purchase", "sales"] {
            let more = Samples.destination("more", namespace: namespace, tenants: ["a", "b", "c"])
            bench.cluster.put(more, .destinations)
        }
        successor.settle(&bench.cluster, now: later)
        #expect(bench.claim(20_000) != nil)
    }

    @Test("A port isn't free while a Service that a finalizer keeps leads to it, and that Service isn't deleted again")
    mutating func finalizer() throws {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        let key = ObjectKey(namespace: "shop", name: "mail")
        let alias = try #require(bench.cluster.object(.services, key))
        bench.cluster.put(alias.setting(["metadata", "finalizers"], .array([.string("x.example/y")])), .services)
        bench.cluster.remove(.destinations, bench.key)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == false)
        let writes = bench.cluster.writes
        let later = bench.now + .seconds(3600)
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: later)
        #expect(bench.cluster.writes == writes)
        #expect(bench.claim(20_000) != nil)
        bench.cluster.remove(.services, key)
        manager.settle(&bench.cluster, now: later)
        #expect(bench.claim(20_000) == nil)
    }

    @Test("A Service that was kept when its Destination was deleted goes, and its port is not free before that")
    mutating func orphan() throws {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        let key = try bench.orphan("mail")
        bench.cluster.remove(.destinations, bench.key)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == false)
        #expect(bench.cluster.object(.services, key) == nil)
    }

    @Test("A Service that was kept so doesn't stand in the way of the Destination that is made anew")
    mutating func orphanOfAnEarlierOne() throws {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        _ = try bench.orphan("mail")
        bench.cluster.remove(.destinations, bench.key)
        bench.cluster.put(Samples.destination(), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.claim(20_000)?.isServed == false)
        #expect(bench.alias("mail")?.content.relayPort == 20_001)
        #expect(manager.tenants[bench.key]?.map(\.problem) == [nil])
    }

    @Test("A Service of somebody else's that a Destination is said to own is left alone")
    mutating func ownedByName() throws {
        bench.cluster.put(Samples.destination(tenants: ["a"]), .destinations)
        var manager = bench.settled()
        let alias = try #require(bench.cluster.object(.services, ObjectKey(namespace: "shop", name: "mail-a")))
        for (name, owner) in [("theirs", bench.alias("mail-a")?.content.owner), ("odd", "no-such-uid")] {
            let reference = ObjectValue.object([
                "apiVersion": .string(DestinationResource.apiVersion), "kind": .string(DestinationResource.kind),
                "name": .string("mail"), "uid": .string(owner ?? ""), "controller": .bool(true),
            ])
            let service = ObjectValue.service(name, in: "shop")
            bench.cluster.put(service.setting(["metadata", "ownerReferences"], .array([reference])), .services)
        }
        // What looks like an alias, and is none that is wanted, goes.
        bench.cluster.put(
            alias.setting(["metadata", "name"], .string("mail-b")).setting(["metadata", "uid"], .string("b")),
            .services
        )
        manager.settle(&bench.cluster, now: bench.now)
        bench.cluster.remove(.destinations, bench.key)
        manager.settle(&bench.cluster, now: bench.now)
        let left = bench.cluster.all(.services).map(\.metadata.key.name).sorted()
        #expect(left == ["odd", "relay-20000", "theirs"])
    }

    @Test("Services that are made to lead to relay ports keep nobody from those ports")
    mutating func aliasesOfOthers() throws {
        bench.cluster.put(Samples.destination(tenants: ["a"]), .destinations)
        _ = bench.settled()
        let alias = try #require(bench.cluster.object(.services, ObjectKey(namespace: "shop", name: "mail-a")))
        for port in 20_001...20_009 {
            let name = "mail-x\(port)"
            let host = ObjectValue.string("relay-\(port).system.svc.cluster.local")
            let service = alias.setting(["metadata", "name"], .string(name)).setting(
                ["metadata", "uid"],
                .string(name)
            )
            .setting(["metadata", "finalizers"], .array([.string("x.example/y")]))
            bench.cluster.put(service.setting(["spec", "externalName"], host), .services)
        }
        bench.cluster.put(Samples.destination("bills", namespace: "office", tenants: ["a", "b"]), .destinations)
        let manager = bench.settled()
        let office = ObjectKey(namespace: "office", name: "bills")
        #expect(manager.tenants[office]?.map(\.problem) == [nil, nil])
        #expect(manager.state.ports.freeCount == 7)
    }

    @Test("In the install namespace no Destination gets a Service that is called like a relay Service")
    mutating func reservedName() {
        bench.cluster.put(Samples.destination("relay", namespace: "system", tenants: ["20000", "a"]), .destinations)
        let manager = bench.settled()
        let tenants = manager.tenants[ObjectKey(namespace: "system", name: "relay")]
        #expect(tenants?.map(\.problem) == [.reservedName, nil])
    }

    @Test("A Service that leads to a tenant's relay port too is named in its status, for as long as it's there")
    mutating func contested() throws {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        let port = try #require(manager.tenants[bench.key]?.first?.claim?.port)
        let stray = ObjectValue.service("stray", in: "system")
            .setting(["metadata", "annotations"], .object([RelayService.routeAnnotation: .string("{}")]))
            .setting(["spec", "ports"], .array([.object(["port": .integer(25), "targetPort": .integer(port)])]))
        let stored = bench.cluster.put(stray, .services)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(manager.tenants[bench.key]?.map(\.problem) == [.contestedPort(by: "stray"), nil])
        #expect(bench.cluster.object(.services, stored.metadata.key) == stored)
        let restarted = bench.settled()
        #expect(restarted.tenants[bench.key]?.map(\.problem) == [.contestedPort(by: "stray"), nil])
        bench.cluster.remove(.services, stored.metadata.key)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(manager.tenants[bench.key]?.map(\.problem) == [nil, nil])
    }

    @Test("A Service of somebody else is not touched, and the tenant says so; the others are served")
    mutating func foreign() {
        let stored = bench.cluster.put(.service("mail-a", in: "shop"), .services)
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        #expect(manager.tenants[bench.key]?.map(\.problem) == [.foreignService, nil])
        #expect(bench.cluster.object(.services, stored.metadata.key) == stored)
        #expect(manager.troubles[bench.key]?.all.count == 1)
        bench.cluster.remove(.services, stored.metadata.key)
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now)
        #expect(manager.tenants[bench.key]?.map(\.problem) == [nil, nil])
        #expect(bench.alias("mail-a") != nil)
    }

    @Test("Of two Destinations that claim one Service the older has it, and the other gets it when that goes")
    mutating func collision() {
        bench.cluster.put(Samples.destination("mail", tenants: ["a-b", "x"]), .destinations)
        bench.cluster.put(Samples.destination("mail-a", tenants: ["b", "y"]), .destinations)
        var manager = bench.settled()
        let younger = ObjectKey(namespace: "shop", name: "mail-a")
        let owner = ServiceClaim(namespace: "shop", resource: "mail", tenant: "a-b")
        #expect(manager.tenants[younger]?.map(\.problem) == [.duplicate(of: owner), nil])
        #expect(manager.tenants[bench.key]?.map(\.problem) == [nil, nil])
        #expect(bench.alias("mail-a-b")?.content.resource == "mail")
        bench.cluster.put(Samples.destination("mail", tenants: ["x"]), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail-a-b")?.content.resource == "mail-a")
        #expect(manager.tenants[younger]?.map(\.problem) == [nil, nil])
        // It takes it back, being older.
        bench.cluster.put(Samples.destination("mail", tenants: ["x", "a-b"]), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail-a-b")?.content.resource == "mail")
        #expect(manager.tenants[younger]?.map(\.problem) == [.duplicate(of: owner), nil])
        #expect(manager.tenants[bench.key]?.map(\.problem) == [nil, nil])
    }

    @Test("A fault of the whole resource leaves what was served as it was, and says what is wrong")
    mutating func frozen() {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        let writes = bench.cluster.writes
        bench.cluster.put(Samples.destination(annotation: "a,b"), .destinations)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.cluster.writes == writes)
        #expect(manager.tenants[bench.key]?.map(\.tenant) == ["a", "b"])
        for tenant in manager.tenants[bench.key] ?? [] {
            guard case .resource = tenant.problem else {
                Issue.record("\(tenant)")
                continue
            }
        }
        // What is tampered with is repaired all the same.
        bench.cluster.remove(.services, ObjectKey(namespace: "shop", name: "mail-a"))
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail-a")?.content.relayPort == 20_000)
    }

    @Test("A tenant that breaks a rule keeps nobody else from being served")
    mutating func badTenant() {
        bench.cluster.put(Samples.destination(tenants: ["a", "Not_A_Name"]), .destinations)
        let tenants = bench.settled().tenants[bench.key]
        #expect(tenants?.first?.problem == nil)
        guard case .rule(let finding) = tenants?.last?.problem else {
            Issue.record("\(String(describing: tenants))")
            return
        }
        #expect(finding.code == .tenantName)
    }

    @Test("Namespaces that aren't looked after get nothing, and lose what they had")
    mutating func namespaces() {
        var settings = Samples.settings
        settings.selectsNamespaces = true
        let namespace = ObjectValue.object(["metadata": .object(["name": .string("shop")])])
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled(settings)
        #expect(bench.cluster.writes == 0)
        bench.cluster.put(namespace, .namespaces)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail") != nil)
        bench.cluster.remove(.namespaces, namespace.metadata.key)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail") == nil)
        #expect(bench.policies.isEmpty)
        #expect(bench.claim(20_000)?.isServed == false)
        bench.cluster.put(namespace, .namespaces)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.alias("mail")?.content.relayPort == 20_000)
    }

    @Test("What another installation leads to its own relays is left alone")
    mutating func otherInstallation() {
        var settings = Samples.settings
        settings.installNamespace = "other-system"
        bench.cluster.put(Samples.destination(), .destinations)
        _ = bench.settled(settings)
        bench.cluster.remove(.destinations, bench.key)
        let before = bench.contents
        _ = bench.settled()
        #expect(bench.contents == before)
        #expect(before.count == 3)
    }

    @Test("Nothing is taken away because of what a watch has not told yet")
    mutating func staleCache() {
        bench.cluster.put(Samples.destination(), .destinations)
        var old = Manager(Samples.settings, bench.cluster, now: bench.now)
        bench.cluster.put(Samples.destination(tenants: ["a"]), .destinations)
        bench.cluster.put(Samples.destination("bills"), .destinations)
        _ = bench.settled()
        // It knows the Services, and neither the change nor the new Destination.
        old.listen(to: bench.cluster, .services, now: bench.now)
        old.listen(to: bench.cluster, .policies, now: bench.now)
        old.reconcile(ObjectKey(namespace: "shop", name: "bills"), &bench.cluster, now: bench.now)
        old.reconcile(bench.key, &bench.cluster, now: bench.now)
        #expect(bench.alias("mail-a") != nil)
        #expect(bench.alias("bills") != nil)
        #expect(bench.claim(20_000)?.isServed == true)
        #expect(bench.claim(20_001)?.isServed == true)
    }
}
