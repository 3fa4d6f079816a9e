import DestinationModel
import MailSink
import NIOCore
import ObjectModel
import RelayRoutes
import TestSupport
import Testing

@testable import Relay

@Suite struct RouteTableTests {
    @Test func aPortInUseIsSkipped() async throws {
        try await TestRelay.run { relay in
            let taken = try await relay.open()
            let route = try TestRelay.route(tenant: "t1")
            let announcement = try #require(
                try await relay.table.open(route, host: "127.0.0.1", firstFreeFrom: taken)
            )
            #expect(announcement.port > taken)
            #expect(relay.log.contains("port is in use, taking the next"))
            _ = try await TestClient.connect(to: announcement.port).greeted()
        }
    }

    @Test func noPortIsFree() async throws {
        try await TestRelay.run { relay in
            let route = try TestRelay.route()
            #expect(try await relay.table.open(route, host: "127.0.0.1", firstFreeFrom: 65_536) == nil)
        }
    }

    @Test func anAddressThatIsNotOursIsAnError() async throws {
        try await TestRelay.run { relay in
            let route = try TestRelay.route()
            await #expect(throws: (any Error).self) {
                try await relay.table.open(route, host: "192.0.2.1", firstFreeFrom: 20000)
            }
        }
    }

    @Test func aPortOfAClaimThatCannotBeHadIsReportedUntilItIsGivenUp() async throws {
        try await TestRelay.run { other in
            let taken = try await other.open()
            try await TestRelay.run { relay in
                let ports = ListeningPorts(
                    address: try SocketAddress(ipAddress: "127.0.0.1", port: 0),
                    table: relay.table,
                    lookUps: BackgroundLookUps(relay.table)
                )
                let claim = RouteClaim(port: taken, owner: "one", route: try TestRelay.route())
                await #expect(throws: (any Error).self) { try await ports.open(claim) }
                let report = try #require(relay.table.board[taken])
                #expect(report.route == claim.route && report.owner == "one")
                guard case .failed("RelayPortNotAvailable", _) = report.lookup else {
                    Issue.record("\(report.lookup)")
                    return
                }
                #expect(relay.table.count == 0)
                await ports.close(port: taken)
                #expect(relay.table.board[taken] == nil)
            }
        }
    }

    @Test func listsItsRoutesSorted() async throws {
        try await TestRelay.run { relay in
            let two = try await relay.open(tenant: "t2")
            let one = try await relay.open(tenant: "t1")
            let routes = try #require(JSONReader.document(relay.table.json).value.arrayValue)
            #expect(routes.map { $0["port"] } == [.integer(one), .integer(two)])
            for (route, tenant) in zip(routes, ["t1", "t2"]) {
                #expect(RouteReport(route)?.route == (try TestRelay.route(tenant: tenant)))
                #expect(route["namespace"] == .string("shop"))
                #expect(route["destination"] == .string("mail"))
                #expect(route["tenant"] == .string(tenant))
                #expect(route["service"] == .string("mail-\(tenant)"))
                #expect(route["address"] == .string("127.0.0.1"))
            }
        }
    }

    @Test func refreshTouchesOnlyWhatIsAffected() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination(), tenant: "t1")
            relay.source.set(relay.destination(), tenant: "t2")
            for tenant in ["t1", "t2"] {
                let client = try await TestClient.connect(to: relay.open(tenant: tenant)).greeted()
                #expect(try await client.mail().hasPrefix("250 "))
            }
            let before = relay.source.lookUps
            relay.table.refresh { $0.tenant == "t2" }
            #expect(await eventually { relay.source.lookUps == before + 1 })
        }
    }
}
