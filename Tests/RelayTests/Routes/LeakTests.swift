import DestinationModel
import MailSink
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// Everything of a route holds its logger: when the log's collector can go, nothing of the route is left.
@Suite struct LeakTests {
    private final class Witness {
        weak var log: LogCollector?
        weak var table: RouteTable?
    }

    private func expectNothingIsLeft(
        limits: RelayLimits = .test,
        after use: (TestRelay) async throws -> Void
    ) async throws {
        let witness = Witness()
        try await TestRelay.run(limits: limits) { relay in
            witness.log = relay.log
            witness.table = relay.table
            try await use(relay)
        }
        #expect(await eventually { witness.table == nil })
        #expect(await eventually { witness.log == nil })
    }

    @Test func afterMessages() async throws {
        try await expectNothingIsLeft { relay in
            let client = try await relay.client()
            for _ in 0..<3 { _ = try await client.mail() }
            _ = try await client.say("QUIT")
        }
    }

    @Test func afterConnectionsThatWereCutOff() async throws {
        try await expectNothingIsLeft { relay in
            let port = try await relay.open()
            for text in [
                "MAIL FROM:<a@example.com>\r\n", "EHLO x\r\n", "", "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@c>\r\n",
            ] {
                let client = try await TestClient.connect(to: port)
                client.send(text)
                client.close()
            }
        }
    }

    @Test(arguments: [SinkStage.greeting, .authentication, .recipient, .content, .endOfData])
    func afterTheMailServerHasGone(stage: SinkStage) async throws {
        try await expectNothingIsLeft(limits: .test { $0.pool.wait = .milliseconds(500) }) { relay in
            relay.sink.script.add(SinkFault(at: stage, .close(.abrupt)))
            let client = try await relay.client()
            _ = try await client.mail()
        }
    }

    @Test func afterWaitingInVain() async throws {
        let limits = RelayLimits.test {
            $0.pool.sessions = 1
            $0.pool.wait = .milliseconds(50)
        }
        try await expectNothingIsLeft(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            while try await !first.beginEnvelope().hasPrefix("250 ") { _ = try await first.say("RSET") }
            let second = try await TestClient.connect(to: port).greeted()
            try await second.beginEnvelope(from: "b@example.com")
        }
    }

    @Test func afterChangesOfTheDestination() async throws {
        try await expectNothingIsLeft { relay in
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            for number in 0..<3 {
                _ = try await client.mail()
                let before = relay.metric("tproxy_upstream_sessions_retired_total")
                relay.source.set(relay.destination { $0.ehloName = "n\(number).example" })
                relay.table.refresh { _ in true }
                #expect(await eventually { relay.metric("tproxy_upstream_sessions_retired_total") > before })
            }
        }
    }

    /// The route is drained while a session is being opened.
    @Test(arguments: [SinkStage.connect, .greeting, .hello, .authentication])
    func afterDrainingWhileASessionIsOpened(stage: SinkStage) async throws {
        let gate = SinkGate()
        try await expectNothingIsLeft { relay in
            relay.sink.script.add(SinkFault(at: stage, .stall(gate)))
            let client = try await relay.client()
            try await client.requestSession()
            try await gate.waitForArrivals()
            await relay.table.drain()
            try await client.closed()
            gate.open()
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
        }
    }
}
