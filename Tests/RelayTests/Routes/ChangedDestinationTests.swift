import DestinationModel
import DestinationSources
import MailSink
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

@Suite struct ChangedDestinationTests {
    @Test func retiresItsSessionsAndNoOthers() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination(), tenant: "t1")
            relay.source.set(relay.destination(), tenant: "t2")
            let one = try await TestClient.connect(to: relay.open(tenant: "t1")).greeted()
            let two = try await TestClient.connect(to: relay.open(tenant: "t2")).greeted()
            #expect(try await one.mail().hasPrefix("250 "))
            #expect(try await two.mail().hasPrefix("250 "))

            relay.source.set(relay.destination { $0.ehloName = "new.example" }, tenant: "t1")
            relay.table.refresh { _ in true }
            try await relay.sink.wait(for: "the old session's end") { $0.quits == 1 && $0.openConnections == 1 }
            #expect(try await one.mail().hasPrefix("250 "))
            #expect(try await two.mail().hasPrefix("250 "))
            #expect(relay.sink.mails.map(\.session) == [1, 2, 3, 2])
            let hello = relay.sink.transcripts.map { $0.commands.first }
            #expect(hello == ["EHLO relay.example", "EHLO relay.example", "EHLO new.example"])
            await relay.expectMetric(
                "tproxy_upstream_sessions_retired_total",
                ["reason": "drained", "tenant": "t1"],
                1
            )
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["tenant": "t2"], 0)
        }
    }

    @Test func leavesTheTransactionInFlightAlone() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            _ = try await client.say("MAIL FROM:<a@example.com>")
            _ = try await client.say("RCPT TO:<b@example.org>")
            relay.source.set(relay.destination { $0.ehloName = "new.example" })
            relay.table.refresh { _ in true }
            let other = try await TestClient.connect(to: port).greeted()
            // The new destination is in use as soon as its name is heard.
            while !relay.sink.transcripts.contains(where: { $0.commands.first == "EHLO new.example" }) {
                #expect(try await other.mail().hasPrefix("250 "))
            }
            // The gauges count the sessions of both.
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "open"], 2)
            _ = try await client.say("DATA")
            client.send("Subject: in flight\r\n\r\n.\r\n")
            #expect(try await client.reply().hasPrefix("250 "))
            try await relay.sink.wait(for: "the old session's end") { $0.quits >= 1 && $0.openConnections == 1 }
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "open"], 1)
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "idle"], 1)
        }
    }

    /// Not "being stopped": nothing is.
    @Test func whoWaitsForASessionGetsOneOfTheNewDestination() async throws {
        let limits = RelayLimits.test { $0.pool.sessions = 1 }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            try await first.beginEnvelope()
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_waiting", 1)
            relay.source.set(relay.destination { $0.ehloName = "new.example" })
            relay.table.refresh { _ in true }
            #expect(try await second.reply().hasPrefix("250 2.1.5 "))
        }
    }

    @Test func aDestinationThatIsGoneEndsItsSessions() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.source.fail(.noSuchDestination)
            relay.table.refresh { _ in true }
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(try await client.mail().hasPrefix("451 4.3.5 "))
            relay.source.set(relay.destination())
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test func mailFlowsOnWhileTheSourceIsDown() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            let before = relay.source.lookUps
            relay.source.fail(.serviceUnavailable)
            relay.table.refresh { _ in true }
            #expect(await eventually { relay.source.lookUps > before && relay.log.contains("no destination") })
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test func mailDoesNotFlowOnByTheLoginOfAnotherSubaccount() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            relay.source.fail(.serviceUnavailable)
            relay.source.lead(to: "another")
            relay.table.refresh { _ in true }
            try await relay.sink.wait(for: "the session's end") { $0.openConnections == 0 }
            #expect(try await client.mail().hasPrefix("451 4.3.5 "))
            relay.source.set(relay.destination())
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    /// Many clients that come during one look-up share it; they must not put it off.
    @Test func manyWaitForOneLookUp() async throws {
        try await TestRelay.run { relay in
            let gate = SinkGate()
            relay.source.hold(gate)
            let port = try await relay.open()
            var clients: [TestClient] = []
            let lines = "MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\n"
            for number in 1...5 {
                let client = try await TestClient.connect(to: port).greeted()
                client.send(lines)
                await relay.expectMetric("tproxy_application_received_bytes_total", Double(number * lines.utf8.count))
                #expect(try await client.reply() == "250 2.1.0 OK")
                clients.append(client)
            }
            gate.open()
            for client in clients.prefix(2) { #expect(try await client.reply().hasPrefix("250 2.1.5 ")) }
            #expect(relay.source.lookUps == 1)
        }
    }

    /// The generation alone would do, if every source were without fault.
    @Test func anotherPasswordIsAnotherKeyWhateverTheSourceSays() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination(), tenant: "t1", generation: 1)
            let client = try await TestClient.connect(to: relay.open(tenant: "t1")).greeted()
            #expect(try await client.mail().hasPrefix("250 "))
            let before = relay.source.lookUps
            relay.source.set(relay.destination { $0.authentication = .password("two") }, tenant: "t1", generation: 1)
            relay.table.refresh { _ in true }
            #expect(await eventually { relay.source.lookUps > before && relay.log.contains("destination has changed") })
            #expect(try await client.mail().hasPrefix("451 4.7.0 "))
        }
    }

    @Test func twoTenantsOfOneMailServerNeverShareASession() async throws {
        try await TestRelay.run { relay in
            // As alike as two destinations can be: only the password differs.
            relay.sink.accounts.setPassword("one", for: TestRelay.user)
            relay.source.set(relay.destination { $0.authentication = .password("one") }, tenant: "t1", generation: 1)
            relay.source.set(relay.destination { $0.authentication = .password("two") }, tenant: "t2", generation: 1)
            let one = try await TestClient.connect(to: relay.open(tenant: "t1")).greeted()
            let two = try await TestClient.connect(to: relay.open(tenant: "t2")).greeted()
            #expect(try await one.mail().hasPrefix("250 "))
            // There is an idle session that would do, under somebody else's password.
            #expect(try await two.mail().hasPrefix("451 4.7.0 mail (destination mail, tenant t2): "))
            #expect(relay.sink.counters.mails == 1)
        }
    }
}

extension MailDestination.Authentication {
    static func password(_ password: String) -> Self {
        .basic(user: TestRelay.user, password: Secret(password))
    }
}
