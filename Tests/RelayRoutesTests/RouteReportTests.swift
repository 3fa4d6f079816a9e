import DestinationModel
import ObjectModel
import RelayRoutes
import Testing

@Suite("Route reports")
struct RouteReportTests {
    private func report(_ lookup: RouteReport.Lookup) throws -> RouteReport {
        let reference = DestinationReference(destination: "d", instance: "i")
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
        return RouteReport(port: 20_000, address: "::", route: route, owner: "uid", lookup: lookup)
    }

    @Test(
        "Changes survive being written as JSON",
        arguments: [RouteReport.Lookup.pending, .found, .failed(reason: "ConfigurationFailed", message: "no")]
    )
    func writtenAndRead(lookup: RouteReport.Lookup) throws {
        let changes = RouteChanges(
            epoch: "e",
            revision: 7,
            isComplete: true,
            routes: [try report(lookup)],
            closed: [20_001]
        )
        #expect(RouteChanges(changes.object.json()) == changes)
    }

    @Test("An answer with a route that can't be read is no answer")
    func malformed() throws {
        let changes = RouteChanges(epoch: "e", revision: 1, isComplete: false, routes: [try report(.found)], closed: [])
        guard case .object(var members) = changes.object else { return }
        members["routes"] = .array([.object(["port": .integer(1)])])
        #expect(RouteChanges(ObjectValue.object(members).json()) == nil)
        members["routes"] = .array([])
        members["closed"] = .array([.string("1")])
        #expect(RouteChanges(ObjectValue.object(members).json()) == nil)
    }

    @Test("A page can't be made to cost more than it may")
    func bounds() throws {
        let changes = RouteChanges(epoch: "e", revision: 1, isComplete: true, routes: [try report(.found)], closed: [])
        guard case .object(let members) = changes.object, let route = members["routes"]?.arrayValue?.first,
            case .object(let routeMembers) = route
        else { return }
        func reads(_ name: String, _ value: ObjectValue) -> Bool {
            RouteChanges(ObjectValue.object(members.merging([name: value]) { $1 }).json()) != nil
        }
        func routes(with more: ObjectValue) -> ObjectValue {
            .array([.object(routeMembers.merging(["more": more]) { $1 })])
        }
        #expect(reads("routes", routes(with: .array([ObjectValue](repeating: .null, count: 50)))))
        #expect(!reads("routes", routes(with: .array([ObjectValue](repeating: .null, count: 100)))))
        #expect(!reads("routes", routes(with: .string(String(repeating: "x", count: 16 << 10)))))
        #expect(reads("closed", .array([ObjectValue](repeating: .integer(1), count: 65_535))))
        #expect(!reads("closed", .array([ObjectValue](repeating: .integer(1), count: 65_536))))
        #expect(!reads("routes", .array([ObjectValue](repeating: route, count: 65_537))))
        #expect(!reads("epoch", .array([ObjectValue](repeating: .null, count: 2))))
    }
}
