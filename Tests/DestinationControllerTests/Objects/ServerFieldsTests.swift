import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

@Suite("Fields by the API server's version")
struct ServerFieldsTests {
    private var bench = PlanBench()

    private static func settings(_ version: ServerVersion) -> ControllerSettings {
        Samples.settings.with(server: version)
    }

    @Test("a server of today gets every field", arguments: (28...40).map { ServerVersion(1, $0) } + [.newest])
    mutating func today(version: ServerVersion) throws {
        let service = try service(version)
        #expect(version.known(service) == service)
        #expect(service["spec"]?["ipFamilyPolicy"] == .string("PreferDualStack"))
        #expect(service["spec"]?["ports"]?.arrayValue?.first?["appProtocol"] == .string("tcp"))
    }

    @Test(
        "an older server gets what it knows",
        arguments: [
            (ServerVersion(1, 21), true, true), (ServerVersion(1, 20), false, true),
            (ServerVersion(1, 18), false, false),
        ]
    )
    mutating func older(version: ServerVersion, hasPolicy: Bool, hasProtocol: Bool) throws {
        let service = try service(version)
        #expect((service["spec"]?["ipFamilyPolicy"] != nil) == hasPolicy)
        #expect((service["spec"]?["ports"]?.arrayValue?.first?["appProtocol"] != nil) == hasProtocol)
        #expect(service["spec"]?["ports"]?.arrayValue?.first?["targetPort"] == .integer(20_000))
    }

    @Test("what an old server has dropped is not repaired again and again")
    mutating func dropped() throws {
        let old = ServerVersion(1, 20)
        let service = try service(old)
        #expect(try #require(ObservedClaim(service, server: old)).isIntact)
        #expect(try #require(ObservedClaim(service, server: .newest)).isIntact == false)
    }

    /// The relay Service that a manager makes at a server.
    private mutating func service(_ version: ServerVersion) throws -> ObjectValue {
        bench.cluster.put(Samples.destination(), .destinations)
        _ = bench.settled(Self.settings(version))
        return try #require(bench.cluster.object(.services, ObjectKey(namespace: "system", name: "relay-20000")))
    }
}
