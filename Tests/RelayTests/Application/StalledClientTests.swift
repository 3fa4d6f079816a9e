import Glibc
import MailSink
import NIOCore
import NIOPosix
import SMTP
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// Clients that keep a session from others.
@Suite("Stalled clients") struct StalledClientTests {
    private static let limits = RelayLimits.test {
        $0.pool.sessions = 1
        $0.pool.stallTime = .milliseconds(50)
    }

    @Test("clients that have only said MAIL hold no session, and nothing was sent upstream")
    func mailAlone() async throws {
        try await TestRelay.run(limits: .test { $0.pool.sessions = 1 }) { relay in
            let port = try await relay.open()
            var stalled: [TestClient] = []
            for _ in 0..<3 {
                let client = try await TestClient.connect(to: port).greeted()
                #expect(try await client.say("MAIL FROM:<a@example.com>") == "250 2.1.0 OK")
                stalled.append(client)
            }
            #expect(relay.sink.counters.connections == 0)
            let other = try await TestClient.connect(to: port).greeted()
            #expect(try await other.mail().hasPrefix("250 "))
            for client in stalled { #expect(try await client.say("RSET").hasPrefix("250 ")) }
            #expect(relay.sink.counters.commands["MAIL"] == 1)
        }
    }

    @Test("in the envelope, a client that does nothing loses its session to one that waits")
    func envelope() async throws {
        try await TestRelay.run(limits: Self.limits) { relay in
            let port = try await relay.open()
            let stalled = try await TestClient.connect(to: port).greeted()
            #expect(try await stalled.beginEnvelope().hasPrefix("250 "))
            let other = try await TestClient.connect(to: port).greeted()
            #expect(try await other.mail().hasPrefix("250 "))
            #expect(relay.sink.counters.connections == 1)
            #expect(try await stalled.say("DATA") == "451 4.4.2 timeout, session released")
            _ = try await stalled.say("RSET")
            #expect(try await stalled.mail().hasPrefix("250 "))
            await relay.expectMetric("tproxy_relay_limits_reached_total", ["limit": "stall_time"], 1)
            #expect(relay.log.lines.contains { $0.contains("message failed") && $0.contains("client stalled") })
        }
    }

    @Test("commands that don't move the transaction don't keep the session")
    func idleCommands() async throws {
        var limits = Self.limits
        limits.server.idleCommandLimit = .max
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let stalled = try await TestClient.connect(to: port).greeted()
            try await stalled.beginEnvelope()
            let other = try await TestClient.connect(to: port).greeted()
            try await other.requestSession()
            while !other.hasReply { #expect(try await stalled.say("NOOP") == "250 2.0.0 OK") }
            #expect(try await other.reply().hasPrefix("250 "))
        }
    }

    @Test("in a message, a client that does nothing loses its session, and nothing of it is delivered")
    func content() async throws {
        try await TestRelay.run(limits: Self.limits) { relay in
            let port = try await relay.open()
            let stalled = try await TestClient.connect(to: port).greeted()
            try await stalled.beginMessage()
            let other = try await TestClient.connect(to: port).greeted()
            #expect(try await other.mail(from: "other@example.com").hasPrefix("250 "))
            stalled.send("age\r\n.\r\n")
            #expect(try await stalled.reply() == "451 4.4.2 timeout, session released")
            #expect(relay.sink.mails.map(\.envelope.sender) == ["other@example.com"])
        }
    }

    @Test("a connection inherits the limits for peers that vanish from its listener")
    func keepAlive() async throws {
        let group = MultiThreadedEventLoopGroup.singleton
        let options = group.any().makePromise(of: [Int].self)
        let listener = try await ServerBootstrap(group: group).keepAlive()
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let socket = try #require(channel.syncOptions)
                    let values: [Int] = [
                        try socket.getOption(.socketOption(.so_keepalive)),
                        try socket.getOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_KEEPIDLE))),
                        try socket.getOption(.tcpOption(NIOBSDSocket.Option(rawValue: TCP_USER_TIMEOUT))),
                    ]
                    options.succeed(values)
                }
            }
            .bind(host: "127.0.0.1", port: 0).get()
        let client = try await TestClient.connect(to: try #require(listener.localAddress?.port))
        #expect(try await options.futureResult.get() == [1, 30, 60_000])
        client.close()
        try await listener.close()
    }
}
