import DestinationModel
import ObjectModel
import RelayRoutes
import Testing

@Suite("Route claim")
struct RouteClaimTests {
    private func claim(released: String? = nil) throws -> RouteClaim {
        let reference = DestinationReference(destination: "d", instance: "i", tenant: "t")
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 587)
        )
        return RouteClaim(port: 20_007, owner: "uid", route: route, releasedAt: released)
    }

    /// The claim's Service with a value put in at a path of members.
    private func service(_ path: [String], _ value: ObjectValue?) throws -> ObjectValue {
        func put(_ object: ObjectValue, _ path: ArraySlice<String>) -> ObjectValue {
            guard let first = path.first, case .object(var members) = object else { return object }
            members[first] = path.count == 1 ? value : put(members[first] ?? .null, path.dropFirst())
            return .object(members)
        }
        return put(try claim().service(in: "system"), path[...])
    }

    @Test("It is read back from its Service, given up or not", arguments: [nil, "2026-01-01T00:00:00Z"])
    func writtenAndRead(released: String?) throws {
        let claim = try claim(released: released)
        #expect(RelayServiceReading(claim.service(in: "system")) == .claim(claim))
        #expect(claim.isServed == (released == nil))
    }

    @Test("The Service leads from the Destination's port to the relay's; given up, it leads nowhere")
    func selector() throws {
        let service = try claim().service(in: "system")
        #expect(service["metadata"]?["name"] == .string("relay-20007"))
        #expect(service["spec"]?["selector"] == .object(["app.kubernetes.io/name": .string("tproxy-relay")]))
        let port = service["spec"]?["ports"]?.arrayValue?.first
        #expect(port?["port"] == .integer(587))
        #expect(port?["targetPort"] == .integer(20_007))
        #expect(port?["name"] == .string("smtp") && port?["appProtocol"] == .string("tcp"))
        #expect(service["metadata"]?["annotations"]?["config.linkerd.io/opaque-ports"] == .string("587"))
        let released = try claim(released: "2026-01-01T00:00:00Z").service(in: "system")
        #expect(released["spec"]?["selector"]?.objectValue?.count == 2)
    }

    @Test("What somebody has tampered with names every port that it may lead to")
    func tampered() throws {
        let port = ObjectValue.object(["port": .integer(465), "targetPort": .integer(20_008)])
        for (service, ports) in [
            (try service(["spec", "ports"], .array([port])), [20_007, 20_008]),
            (try service(["spec", "ports"], .array([port, port])), [20_007, 20_008]),
            (try service(["spec", "ports"], .array([])), [20_007]),
            (try service(["metadata", "annotations"], nil), [20_007]),
            (try service(["metadata", "annotations", RelayService.routeAnnotation], .string("{}")), [20_007]),
            (try service(["metadata", "annotations", RelayService.routeAnnotation], .string("{")), [20_007]),
            (try service(["metadata", "name"], .string("mine")), [20_007]),
        ] {
            guard case .malformed(ports, _) = RelayServiceReading(service) else {
                Issue.record("\(RelayServiceReading(service))")
                continue
            }
        }
    }

    @Test("Other Services are none of ours", arguments: ["mail", "relay-0", "relay-065", "relay-65536", "relay-x", ""])
    func unrelated(name: String) throws {
        let service = ObjectValue.object(["metadata": .object(["name": .string(name)])])
        #expect(RelayServiceReading(service) == .unrelated)
    }
}
