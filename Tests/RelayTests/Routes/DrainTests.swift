import MailSink
import Telemetry
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

@Suite struct DrainTests {
    private static let patient = RelayLimits.test { $0.grace = .seconds(60) }

    @Test func idleApplicationsAreToldAndTransactionsFinish() async throws {
        try await TestRelay.run(limits: Self.patient) { relay in
            let port = try await relay.open()
            let idle = try await TestClient.connect(to: port).greeted()
            let busy = try await TestClient.connect(to: port).greeted()
            _ = try await busy.say("MAIL FROM:<a@example.com>")
            _ = try await busy.say("RCPT TO:<b@example.org>")

            async let drained: Void = relay.table.drain()
            #expect(try await idle.reply().hasPrefix("421 4.3.2 "))
            try await idle.closed()
            // Nobody new gets in.
            await #expect(throws: (any Error).self) { try await TestClient.connect(to: port) }

            #expect(try await busy.say("DATA").hasPrefix("354 "))
            busy.send("Subject: the last one\r\n\r\n.\r\n")
            #expect(try await busy.reply().hasPrefix("250 "))
            #expect(try await busy.reply().hasPrefix("421 4.3.2 "))
            try await busy.closed()
            await drained
            #expect(relay.sink.counters.mails == 1)
            #expect(!relay.table.readiness.isReady)
            try await relay.sink.wait(for: "the session's end") { $0.quits == 1 && $0.openConnections == 0 }
            await relay.expectMetric("tproxy_upstream_sessions", 0)
            await relay.expectMetric("tp_open_tcp_connections", 0)
        }
    }

    @Test func whoWaitsForASessionStillGetsIt() async throws {
        try await TestRelay.runWithWaiter { relay, _, first, second in
            async let drained: Void = relay.table.drain()
            _ = try await first.say("RSET")
            try await first.closed()
            #expect(try await second.reply().hasPrefix("250 2.1.5 "))
            #expect(try await second.say("DATA").hasPrefix("354 "))
            second.send(".\r\n")
            #expect(try await second.reply().hasPrefix("250 "))
            await drained
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
            let waiting = try await TestClient.connect(to: port).greeted()
            _ = try await waiting.say("MAIL FROM:<c@example.com>")
            await relay.table.drain()
            #expect(try await waiting.reply().hasPrefix("421 4.3.2 "))
            try await waiting.closed()
            try await client.closed()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(relay.sink.counters.mails == 0)
            #expect(relay.log.contains("the grace period is over"))
        }
    }

    @Test func aDrainedTableIsDoneAtOnceTheSecondTime() async throws {
        try await TestRelay.run { relay in
            _ = try await relay.open()
            await relay.table.drain()
            await relay.table.drain()
        }
    }

    @Test func readinessTellsThePhase() async throws {
        try await TestRelay.run { relay in
            #expect(!relay.table.readiness.isReady)
            _ = try await relay.open()
            relay.table.becomeReady()
            #expect(relay.table.readiness.isReady)
        }
    }
}
