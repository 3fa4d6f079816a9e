import MailSink
import Testing

@testable import Relay

@Suite struct ConnectionLimitTests {
    @Test func oneTooManyOnARouteHears421() async throws {
        try await TestRelay.run(limits: .test { $0.connectionsPerRoute = 2 }) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            _ = try await TestClient.connect(to: port).greeted()
            let third = try await TestClient.connect(to: port)
            #expect(try await third.reply().hasPrefix("421 4.3.2 "))
            try await third.closed()
            await relay.expectMetric("tproxy_connections_refused_total", 1)
            await relay.expectMetric("tp_open_tcp_connections", 2)
            await relay.expectMetric("tp_tcp_connections_total", 2)
            // One that leaves makes room for one.
            _ = try await first.say("QUIT")
            try await first.closed()
            await relay.expectMetric("tp_open_tcp_connections", 1)
            _ = try await TestClient.connect(to: port).greeted()
            let fifth = try await TestClient.connect(to: port)
            #expect(try await fifth.reply().hasPrefix("421 4.3.2 "))
        }
    }

    @Test func oneTooManyInAllHears421() async throws {
        try await TestRelay.run(limits: .test { $0.connections = 2 }) { relay in
            let one = try await relay.open()
            let two = try await relay.open(tenant: "t2")
            _ = try await TestClient.connect(to: one).greeted()
            let second = try await TestClient.connect(to: two).greeted()
            let third = try await TestClient.connect(to: two)
            #expect(try await third.reply().hasPrefix("421 4.3.2 "))
            second.close()
            await relay.expectMetric("tp_open_tcp_connections", 1)
            _ = try await TestClient.connect(to: one).greeted()
        }
    }

    @Test("two routes that take all connections they get leave room for a third")
    func shares() async throws {
        let limits = RelayLimits.test {
            $0.connections = 40
            $0.connectionsPerRoute = 20
        }
        try await TestRelay.run(limits: limits) { relay in
            var held: [TestClient] = []
            for tenant in ["one", "two"] {
                let port = try await relay.open(tenant: tenant)
                for _ in 0..<20 { held.append(try await TestClient.connect(to: port)) }
            }
            for client in held { _ = try await client.reply() }
            let port = try await relay.open(tenant: "three")
            relay.source.set(relay.destination(), tenant: "three")
            for _ in 0..<3 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.mail().hasPrefix("250 "))
                _ = try await client.say("QUIT")
                try await client.closed()
                await relay.expectMetric("tp_open_tcp_connections", ["tenant": "three"], 0)
            }
        }
    }

    @Test func aSilentClientHears421() async throws {
        try await TestRelay.run(limits: .test { $0.applicationIdleTime = .milliseconds(20) }) { relay in
            let client = try await TestClient.connect(to: relay.open())
            #expect(try await client.reply().hasPrefix("220 "))
            #expect(try await client.reply().hasPrefix("421 4.4.2 "))
            try await client.closed()
            await relay.expectMetric("tp_open_tcp_connections", 0)
        }
    }

    @Test("A client that sends a line byte by byte hears 421", arguments: ["NOOP", "MAIL FROM:<a@example.com>"])
    func drippedLine(before: String) async throws {
        try await TestRelay.run(limits: .test { $0.applicationIdleTime = .milliseconds(300) }) { relay in
            let client = try await relay.client()
            #expect(try await client.say(before).hasPrefix("250 "))
            #expect(
                await eventually {
                    client.send("x")
                    return client.hasReply
                }
            )
            #expect(try await client.reply().hasPrefix("421 4.4.2 "))
            await relay.expectMetric("tp_open_tcp_connections", 0)
        }
    }

    @Test func aClientThatStopsInTheMidstOfAMessageLosesTheSession() async throws {
        try await TestRelay.run(limits: .test { $0.applicationIdleTime = .milliseconds(300) }) { relay in
            let client = try await relay.client()
            client.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\nhalf a message\r\n")
            for _ in 0..<3 { _ = try await client.reply() }
            #expect(try await client.reply().hasPrefix("421 4.4.2 "))
            try await relay.sink.wait(for: "the session's end") { $0.connections == 1 && $0.openConnections == 0 }
            #expect(relay.sink.counters.mails == 0)
        }
    }

    /// The mail server is slow: that is not the application's silence.
    @Test func waitingForTheMailServerIsNoSilence() async throws {
        try await TestRelay.run(limits: .test { $0.applicationIdleTime = .milliseconds(300) }) { relay in
            let gate = SinkGate()
            relay.sink.script.add(SinkFault(at: .endOfData, .stall(gate)))
            let client = try await relay.client()
            client.send("MAIL FROM:<a@example.com>\r\nRCPT TO:<b@example.org>\r\nDATA\r\ntext\r\n.\r\n")
            for _ in 0..<3 { _ = try await client.reply() }
            try await gate.waitForArrivals()
            // Another client's silence measures the time.
            let other = try await relay.open(tenant: "t2")
            #expect(try await TestClient.connect(to: other).greeted().reply().hasPrefix("421 "))
            #expect(!client.hasReply)
            gate.open()
            #expect(try await client.reply().hasPrefix("250 "))
        }
    }

    @Test func aBrowserIsDropped() async throws {
        try await TestRelay.run { relay in
            let client = try await relay.client()
            client.send("GET / HTTP/1.1\r\nHost: x\r\n\r\n")
            #expect(try await client.closed() == "")
        }
    }
}
