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
        #expect(RouteChanges(try JSONReader.document(changes.object.json()).value) == changes)
    }

    @Test("An answer with a route that can't be read is no answer")
    func malformed() throws {
        let changes = RouteChanges(epoch: "e", revision: 1, isComplete: false, routes: [try report(.found)], closed: [])
        guard case .object(var members) = changes.object else { return }
        members["routes"] = .array([.object(["port": .integer(1)])])
        #expect(RouteChanges(.object(members)) == nil)
        members["routes"] = .array([])
        members["closed"] = .array([.string("1")])
        #expect(RouteChanges(.object(members)) == nil)
    }
}
