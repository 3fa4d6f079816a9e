import DestinationModel
import DestinationSources
import MailSink
import NIOCore
import RelayRoutes
import Telemetry
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// Routes that go or lead elsewhere, over real connections.
@Suite struct ClosedRouteTests {
    private static let patient = RelayLimits.test { $0.grace = .seconds(60) }

    private func route(_ destination: String, tenant: String? = "t1") throws -> Route {
        let reference = DestinationReference(destination: destination, instance: "default", tenant: tenant)
        return try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
    }

    @Test func closesWhatIsIdleAtOnceAndLetsTransactionsFinish() async throws {
        try await TestRelay.run(limits: Self.patient) { relay in
            relay.source.set(relay.destination(), tenant: "t1")
            relay.source.set(relay.destination(), tenant: "t2")
            let port = try await relay.open(tenant: "t1")
            let other = try await TestClient.connect(to: relay.open(tenant: "t2")).greeted()
            #expect(try await other.mail().hasPrefix("250 "))
            let idle = try await TestClient.connect(to: port).greeted()
            let busy = try await TestClient.connect(to: port).greeted()
            #expect(try await idle.mail().hasPrefix("250 "))
            _ = try await busy.say("MAIL FROM:<a@example.com>")
            _ = try await busy.say("RCPT TO:<b@example.org>")
            // A second session, to be idle when the route goes.
            #expect(try await idle.mail().hasPrefix("250 "))
            try await relay.sink.wait(for: "three sessions") { $0.openConnections == 3 }

            try await relay.table.close(port: port).get()
            await #expect(throws: (any Error).self) { try await TestClient.connect(to: port) }
            #expect(try await idle.reply().hasPrefix("421 4.3.2 "))
            try await idle.closed()
            try await relay.sink.wait(for: "the idle session's end") { $0.openConnections == 2 }
            #expect(relay.table.board[port] == nil)

            #expect(try await busy.say("DATA").hasPrefix("354 "))
            busy.send("Subject: the last one\r\n\r\n.\r\n")
            #expect(try await busy.reply().hasPrefix("250 "))
            #expect(try await busy.reply().hasPrefix("421 4.3.2 "))
            try await busy.closed()
            // The other tenant has noticed nothing.
            try await relay.sink.wait(for: "the last session of the route") { $0.openConnections == 1 }
            #expect(try await other.mail().hasPrefix("250 "))
        }
    }

    @Test func whoWaitsForASessionIsToldToComeBack() async throws {
        try await TestRelay.runWithWaiter { relay, port, first, second in
            _ = relay.table.close(port: port)
            #expect(try await second.reply().hasPrefix("421 4.3.2 "))
            try await second.closed()
            first.close()
        }
    }

    @Test func whoWaitsForALookUpIsToldToComeBack() async throws {
        try await TestRelay.run(limits: Self.patient) { relay in
            let gate = SinkGate()
            relay.source.hold(gate)
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            try await client.requestSession()
            #expect(await eventually { relay.source.lookUps == 1 })
            _ = relay.table.close(port: port)
            #expect(try await client.reply().hasPrefix("421 4.3.2 "))
            try await client.closed()
            gate.open()
        }
    }

    /// The route is gone altogether by the time the session is open.
    @Test(arguments: [SinkStage.connect, .greeting, .hello, .authentication])
    func aSessionThatIsBeingOpenedIsClosedOnceItIsOpen(stage: SinkStage) async throws {
        try await TestRelay.run(limits: Self.patient) { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: stage, .stall(gate)))
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            try await client.requestSession()
            try await gate.waitForArrivals()
            try await relay.table.close(port: port).get()
            #expect(try await client.reply().hasPrefix("421 4.3.2 "))
            try await client.closed()
            gate.open()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
        }
    }

    @Test func whatIsLeftAfterTheGraceIsCutOff() async throws {
        try await TestRelay.run(limits: .test { $0.grace = .milliseconds(50) }) { relay in
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            _ = try await client.say("DATA")
            client.send("Subject: half\r\n\r\nhalf a message\r\n")
            _ = relay.table.close(port: port)
            try await client.closed()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(relay.sink.counters.mails == 0)
        }
    }

    /// The same port, opened for another tenant while the first one's last message is under way.
    @Test func thePortsNextOwnerGetsNothingOfTheFormers() async throws {
        try await TestRelay.run(limits: Self.patient) { relay in
            relay.source.set(relay.destination { $0.ehloName = "one.example" }, tenant: "t1")
            relay.source.set(relay.destination { $0.ehloName = "two.example" }, tenant: "t2")
            let port = try await relay.table.open(route("mail"), owner: "one", at: Self.loopback(0)).port
            let old = try await TestClient.connect(to: port).greeted()
            _ = try await old.say("MAIL FROM:<old@example.com>")
            _ = try await old.say("RCPT TO:<b@example.org>")
            try await relay.table.close(port: port).get()
            _ = try await relay.table.open(route("mail", tenant: "t2"), owner: "two", at: Self.loopback(port))
            #expect(relay.table.board[port]?.owner == "two")
            let new = try await TestClient.connect(to: port).greeted()
            #expect(try await new.mail(from: "new@example.com").hasPrefix("250 "))
            _ = try await old.say("DATA")
            old.send(".\r\n")
            #expect(try await old.reply().hasPrefix("250 "))
            try await old.closed()
            let hello = Dictionary(
                uniqueKeysWithValues: relay.sink.transcripts.map { ($0.session, $0.commands.first) }
            )
            let sent = relay.sink.mails.map { [$0.envelope.sender, hello[$0.session] ?? ""] }
            #expect(
                Set(sent) == [["old@example.com", "EHLO one.example"], ["new@example.com", "EHLO two.example"]]
            )
        }
    }

    @Test func retargetingKeepsConnectionsAndLeadsThemElsewhere() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.ehloName = "one.example" }, tenant: "t1")
            let port = try await relay.table.open(route("mail"), owner: "one", at: Self.loopback(0)).port
            let idle = try await TestClient.connect(to: port).greeted()
            let busy = try await TestClient.connect(to: port).greeted()
            #expect(try await idle.mail().hasPrefix("250 "))
            _ = try await busy.say("MAIL FROM:<busy@example.com>")
            _ = try await busy.say("RCPT TO:<b@example.org>")
            relay.source.set(relay.destination { $0.ehloName = "two.example" }, tenant: "t1")
            relay.table.retarget(port: port, to: try route("other"))
            #expect(await eventually { relay.table.board[port]?.route.destination.destination == "other" })
            #expect(relay.table.board[port]?.lookup == .pending)
            #expect(try await idle.mail(from: "idle@example.com").hasPrefix("250 "))
            #expect(relay.table.board[port]?.lookup == .found)
            // What was under way is finished where it began.
            _ = try await busy.say("DATA")
            busy.send(".\r\n")
            #expect(try await busy.reply().hasPrefix("250 "))
            #expect(try await busy.mail(from: "busy@example.com").hasPrefix("250 "))
            let hello = Dictionary(
                uniqueKeysWithValues: relay.sink.transcripts.map { ($0.session, $0.commands.first ?? "") }
            )
            #expect(
                relay.sink.mails.map { hello[$0.session] } == [
                    "EHLO one.example", "EHLO two.example", "EHLO one.example", "EHLO two.example",
                ]
            )
            try await relay.sink.wait(for: "the old sessions' end") { $0.openConnections == 1 }
        }
    }

    /// What the source said of the former destination is no answer about the new one, though it is down now.
    @Test func retargetedToWhatCannotBeLookedUpServesNothing() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination(), tenant: "t1")
            let port = try await relay.table.open(route("mail"), owner: "one", at: Self.loopback(0)).port
            let client = try await TestClient.connect(to: port).greeted()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.source.fail(.serviceUnavailable, tenant: "t1")
            relay.table.retarget(port: port, to: try route("other"))
            #expect(await eventually { relay.table.board[port]?.route.destination.destination == "other" })
            #expect(try await client.mail().hasPrefix("451 4.3.5 "))
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
        }
    }

    @Test func theReportFollowsTheLookUps() async throws {
        try await TestRelay.run { relay in
            relay.source.fail(.tenantNotSubscribed, tenant: "t1")
            let port = try await relay.table.open(route("mail"), owner: "one", at: Self.loopback(0)).port
            #expect(relay.table.board[port]?.lookup == .pending)
            await relay.table.refresh(port: port)
            guard case .failed(let reason, let message) = relay.table.board[port]?.lookup else {
                Issue.record("found what isn't there")
                return
            }
            #expect(reason == "ConfigurationError-Tenant-NotSubscribed")
            #expect(message.contains("subscribe it"))
            await relay.expectMetric("tproxy_route_destination_failed", ["tenant": "t1", "reason": reason], 1)
            relay.source.set(relay.destination(), tenant: "t1")
            await relay.table.refresh(port: port)
            #expect(relay.table.board[port]?.lookup == .found)
            await relay.expectMetric("tproxy_route_destination_failed", ["tenant": "t1"], 0)
            // Nobody can say anything of it now: what is known serves on, and is said to.
            relay.source.fail(.serviceUnavailable, tenant: "t1")
            await relay.table.refresh(port: port)
            #expect(relay.table.board[port]?.lookup == .found)
            #expect(relay.log.lines.count { $0.contains("no destination") } == 2)
        }
    }

    @Test func nothingIsOpenedOnceTheRelayIsDrained() async throws {
        try await TestRelay.run { relay in
            relay.table.becomeReady()
            relay.table.prepareToDrain()
            #expect(!relay.table.readiness.isReady)
            // Until then it serves as ever.
            _ = try await TestClient.connect(to: relay.open(tenant: "t1")).greeted()
            await relay.table.drain()
            await #expect(throws: RouteTable.Stopping.self) { try await relay.open(tenant: "t2") }
        }
    }

    private static func loopback(_ port: Int) throws -> SocketAddress {
        try SocketAddress(ipAddress: "127.0.0.1", port: port)
    }
}
