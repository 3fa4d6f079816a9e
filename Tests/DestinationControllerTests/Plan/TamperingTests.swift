import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

/// Whatever somebody does to an object of ours is undone, with the port as it was.
@Suite("Repair")
struct TamperingTests {
    private var bench = PlanBench()

    struct Tampering: Sendable, CustomTestStringConvertible {
        let what: String
        let key: ObjectKey
        let path: [String]
        let value: ObjectValue?

        var testDescription: String { "\(key): \(what)" }
        var kind: WatchedKind { TamperingTests.kind(key) }
    }

    private static let relayService = ObjectKey(namespace: "system", name: "relay-20000")
    private static let aliasService = ObjectKey(namespace: "shop", name: "mail-a")
    private static let networkPolicy = ObjectKey(namespace: "system", name: "destination-uid-1")

    private static func kind(_ key: ObjectKey) -> WatchedKind { key == networkPolicy ? .policies : .services }

    private static func relay(_ what: String, _ path: [String], _ value: ObjectValue?) -> Tampering {
        Tampering(what: what, key: relayService, path: path, value: value)
    }

    private static func alias(_ what: String, _ path: [String], _ value: ObjectValue?) -> Tampering {
        Tampering(what: what, key: aliasService, path: path, value: value)
    }

    private static func policy(_ what: String, _ path: [String], _ value: ObjectValue?) -> Tampering {
        Tampering(what: what, key: networkPolicy, path: path, value: value)
    }

    private static let route = "transparent-proxy.connectivity.api.sap/route"
    private static let released = "transparent-proxy.connectivity.api.sap/released-at"
    private static let port = ObjectValue.object([
        "name": .string("x"), "port": .integer(25), "targetPort": .integer(20_001), "protocol": .string("TCP"),
    ])

    /// A relay Service's port as it was before it named its protocol.
    private static let bare = ObjectValue.object([
        "name": .string("smtp"), "port": .integer(465), "targetPort": .integer(20_000), "protocol": .string("TCP"),
    ])

    /// What stands in a relay Service of `shop/mail`.
    private static func content(tenant: String, owner: String) -> ObjectValue? {
        let reference = DestinationReference(destination: "d", instance: "i", tenant: tenant)
        let route = Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        let claim = route.map { RouteClaim(port: 20_000, owner: owner, route: $0) }
        return claim?.service(in: "system")["metadata"]?["annotations"]?[Self.route]
    }

    static let all: [Tampering] = [
        relay("labels gone", ["metadata", "labels"], nil),
        relay("a label changed", ["metadata", "labels", "app.kubernetes.io/component"], .string("x")),
        relay("route unreadable", ["metadata", "annotations", route], .string("garbage")),
        relay("another tenant's route", ["metadata", "annotations", route], content(tenant: "b", owner: "uid-1")),
        relay("a stranger's route", ["metadata", "annotations", route], content(tenant: "a", owner: "uid-9")),
        relay("annotations gone", ["metadata", "annotations"], nil),
        relay("given up", ["metadata", "annotations", released], .string("2026-01-01T00:00:00Z")),
        relay("another selector", ["spec", "selector"], .object(["app": .string("x")])),
        relay("a narrower selector", ["spec", "selector", "app"], .string("x")),
        relay("no selector", ["spec", "selector"], nil),
        relay("another port", ["spec", "ports"], .array([port])),
        relay("no application protocol", ["spec", "ports"], .array([bare])),
        relay("not opaque to a mesh", ["metadata", "annotations", RelayService.opaquePortsAnnotation], nil),
        relay("one family of addresses", ["spec", "ipFamilyPolicy"], .string("SingleStack")),
        relay("no ports", ["spec", "ports"], nil),
        relay("another type", ["spec", "type"], .string("NodePort")),
        relay("an external name", ["spec", "externalName"], .string("evil.example")),
        relay("an external address", ["spec", "externalIPs"], .array([.string("192.0.2.1")])),
        alias("labels gone", ["metadata", "labels"], nil),
        alias("another host", ["spec", "externalName"], .string("evil.example")),
        alias("another tenant's port", ["spec", "externalName"], .string("relay-20001.system.svc.cluster.local")),
        alias("another type", ["spec", "type"], .string("ClusterIP")),
        alias("a port", ["spec", "ports"], .array([port])),
        alias("an external address", ["spec", "externalIPs"], .array([.string("192.0.2.1")])),
        policy("labels gone", ["metadata", "labels"], nil),
        policy("annotation gone", ["metadata", "annotations"], nil),
        policy("open to all", ["spec", "ingress"], .array([.object([:])])),
        policy("closed", ["spec", "ingress"], .array([])),
        policy("for other pods", ["spec", "podSelector", "matchLabels", "app"], .string("x")),
        policy("for outgoing connections too", ["spec", "egress"], .array([.object([:])])),
    ]

    @Test("Edited", arguments: all)
    mutating func edited(tampering: Tampering) throws {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        let wanted = bench.contents
        let object = try #require(bench.cluster.object(tampering.kind, tampering.key))
        bench.cluster.put(object.setting(tampering.path, tampering.value), tampering.kind)
        #expect(bench.contents != wanted)
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.contents == wanted)
        let writes = bench.cluster.writes
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.cluster.writes == writes)
    }

    @Test("Deleted", arguments: [relayService, aliasService, networkPolicy], [false, true])
    mutating func deleted(key: ObjectKey, restarts: Bool) {
        bench.cluster.put(Samples.destination(tenants: ["a", "b"]), .destinations)
        var manager = bench.settled()
        let wanted = bench.facts
        bench.cluster.remove(Self.kind(key), key)
        #expect(bench.facts != wanted)
        if restarts {
            // Somebody else is first to ask for a port.
            bench.cluster.put(Samples.destination("a-first"), .destinations)
            manager = bench.settled()
        }
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.facts.isSuperset(of: wanted))
    }

    @Test("A port whose relay Service was deleted by hand goes to nobody else for as long as it would have rested")
    mutating func lostPort() {
        bench.cluster.put(Samples.destination(), .destinations)
        var manager = bench.settled()
        bench.cluster.remove(.destinations, bench.key)
        bench.cluster.remove(.services, Self.relayService)
        manager.settle(&bench.cluster, now: bench.now)
        for namespace in ["a", "b", "c", "d", "e"] {
            let tenants = (0..<12).map { "t\($0)" }
            bench.cluster.put(Samples.destination("bills", namespace: namespace, tenants: tenants), .destinations)
        }
        manager.settle(&bench.cluster, now: bench.now)
        #expect(bench.cluster.object(.services, Self.relayService) == nil)
        manager.expire(now: bench.now + .seconds(600))
        manager.enqueueAll()
        manager.settle(&bench.cluster, now: bench.now + .seconds(600))
        #expect(bench.cluster.object(.services, Self.relayService) != nil)
    }
}
