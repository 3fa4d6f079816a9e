import DestinationModel
import MailSink
import Testing
import UpstreamPool

@testable import Relay

@Suite("Failed openings")
struct OpeningPaceTests {
    private static let never = Duration.seconds(3600)...(.seconds(3600))

    @Test(
        "a server that refuses sessions gets one attempt per pause, however many messages there are",
        arguments: [421, 554]
    )
    func hammered(code: Int) async throws {
        try await TestRelay.run(limits: .test { $0.openings.open = Self.never }) { relay in
            relay.sink.script.add(SinkFault(at: .greeting, .reply(code, nil, "go away")))
            let port = try await relay.open()
            for _ in 0..<20 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail().hasPrefix("451 4.4.1 mail (destination mail): "))
            }
            #expect(relay.sink.counters.connections == 1)
            await relay.expectMetric("tproxy_upstream_session_failures_total", 1)
        }
    }

    @Test(
        "a server that ends sessions before it accepts a message gets one login per pause",
        arguments: [SinkStage.mail, .recipient, .data, .endOfData]
    )
    func droppedAfterLogin(stage: SinkStage) async throws {
        try await TestRelay.run(limits: .test { $0.openings.open = Self.never }) { relay in
            relay.sink.script.add(SinkFault(at: stage, .closeInsteadOfReply(.orderly)))
            let port = try await relay.open()
            for _ in 0..<20 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail().hasPrefix("451 4.4."))
            }
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test("a server that answers DATA with 421 gets one login per pause")
    func closingAtData() async throws {
        try await TestRelay.run(limits: .test { $0.openings.open = Self.never }) { relay in
            relay.sink.script.add(SinkFault(at: .data, .reply(421, nil, "closing")))
            let port = try await relay.open()
            for _ in 0..<20 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail().hasPrefix("451 "))
            }
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test("a message that comes in a pause is sent by the next attempt")
    func nextAttempt() async throws {
        let limits = RelayLimits.test { $0.openings.open = .milliseconds(50)...(.milliseconds(50)) }
        try await TestRelay.run(limits: limits) { relay in
            relay.sink.script.add(SinkFault(at: .greeting, times: 1, .reply(421, nil, "later")))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("451 4.4.1 "))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 2)
        }
    }

    @Test("a login that is refused pauses that account, not the others of the host")
    func otherAccount() async throws {
        try await TestRelay.run(limits: .test { $0.openings.login = Self.never }) { relay in
            let wrong = MailDestination.Authentication.basic(user: TestRelay.user, password: Secret("wrong"))
            relay.source.set(relay.destination { $0.authentication = wrong }, tenant: "wrong")
            relay.source.set(relay.destination(), tenant: "right")
            let wrongPort = try await relay.open(tenant: "wrong")
            let rightPort = try await relay.open(tenant: "right")
            for _ in 0..<3 {
                let client = try await TestClient.connect(to: wrongPort).greeted()
                #expect(try await client.mail().hasPrefix("451 4.7.0 "))
            }
            #expect(relay.sink.counters.connections == 1)
            let client = try await TestClient.connect(to: rightPort).greeted()
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test("routes with the same login share its pause")
    func sameAccount() async throws {
        try await TestRelay.run(limits: .test { $0.openings.login = Self.never }) { relay in
            relay.sink.accounts.setPassword("changed", for: TestRelay.user)
            for tenant in ["one", "two"] {
                relay.source.set(relay.destination(), tenant: tenant)
                let client = try await TestClient.connect(to: relay.open(tenant: tenant)).greeted()
                #expect(try await client.mail().hasPrefix("451 4.7.0 "))
            }
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test("a session that doesn't end after QUIT counts until it's closed")
    func closing() async throws {
        let limits = RelayLimits.test {
            $0.pool.sessions = 1
            $0.pool.messages = 1
        }
        try await TestRelay.run(limits: limits) { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .quit, times: 1, .stall(gate)))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            try await gate.waitForArrivals()
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "closing"], 1)
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "open"], 1)
            try await client.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_waiting", 1)
            #expect(relay.sink.counters.openConnections == 1)
            gate.open()
            #expect(try await client.reply().hasPrefix("250 "))
            await relay.expectMetric("tproxy_upstream_sessions", ["state": "closing"], 0)
        }
    }
}
