import DestinationModel
import MailSink
import NameResolution
import TLS
import Testing
import UpstreamPool

@testable import Relay

/// Names with several addresses, of which one accepts connections and gives no session.
@Suite("Addresses that fail behind TCP") struct AddressFallbackTests {
    private static let limits = RelayLimits.test { $0.pool.wait = .milliseconds(100) }

    /// Runs a test with a relay, and with a mail server beside the relay's own, at the same port of another address to
    /// which the destination's name leads first.
    private func run(
        at address: String = "127.0.0.2",
        certificate authority: TestAuthority? = nil,
        _ fault: SinkFault?,
        _ test: (TestRelay, SinkServer) async throws -> Void
    ) async throws {
        let addresses = [address, "127.0.0.1"].compactMap { IPAddress($0) }
        try await TestRelay.run(limits: Self.limits, lookUp: { _ in .success(addresses) }) { relay in
            var configuration = SinkConfiguration()
            configuration.address = address
            configuration.port = relay.sink.port
            let authority = try authority ?? TestTrust.shared.get().authority
            let other = try await SinkServer.start(configuration, tls: authority.serverContext())
            if let fault { other.script.add(fault) }
            relay.source.set(relay.destination { $0.host = "localhost" })
            do {
                try await test(relay, other)
            } catch {
                await other.stop()
                throw error
            }
            await other.stop()
        }
    }

    @Test(
        "the next address is tried in the same opening, and the first is avoided afterwards",
        arguments: [
            SinkFault(at: .connect, .close(.abrupt)),
            SinkFault(at: .connect, .answerAndClose(SinkReply(421, nil, "Too many connections"), .abrupt)),
            SinkFault(at: .greeting, .close(.abrupt)),
            SinkFault(at: .greeting, .reply(421, "4.3.2", "under maintenance")),
            SinkFault(at: .greeting, .reply(554, "5.7.1", "no PTR record")),
            SinkFault(at: .hello, .reply(550, "5.7.1", "go away")),
        ],
        ["127.0.0.2", "::1"]
    )
    func nextAddress(fault: SinkFault, address: String) async throws {
        try await run(at: address, fault) { relay, other in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(other.counters.connections == 1)
            #expect(relay.sink.counters.connections == 1)
            #expect(relay.metric("tproxy_upstream_session_failures_total") == 0)
            relay.source.set(relay.destination { $0.host = "localhost" }, tenant: "other")
            let second = try await TestClient.connect(to: relay.open(tenant: "other")).greeted()
            #expect(try await second.mail().hasPrefix("250 "))
            #expect(other.counters.connections == 1)
            #expect(relay.sink.counters.connections == 2)
        }
    }

    @Test("a certificate that is not trusted at one address is followed by the next")
    func certificate() async throws {
        try await run(certificate: TestAuthority(), nil) { relay, other in
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(other.counters.connections == 1)
            #expect(relay.sink.counters.connections == 1)
        }
    }

    @Test("a login that is refused is not repeated at the next address")
    func refusedLogin() async throws {
        try await run(nil) { relay, other in
            other.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("451 4.7.0 "))
            #expect(other.counters.connections == 1)
            #expect(relay.sink.counters.connections == 0)
        }
    }

    @Test("where all addresses fail, one failure is reported: what a server says rather than a closed connection")
    func allFail() async throws {
        try await run(SinkFault(at: .greeting, .reply(554, "5.7.1", "no PTR record"))) { relay, other in
            relay.sink.script.add(SinkFault(at: .connect, .close(.abrupt)))
            let client = try await relay.client()
            let reply = try await client.mail()
            #expect(reply.hasPrefix("451 4.4.1 mail (destination mail): "), "\(reply)")
            #expect(reply.hasSuffix("554 5.7.1 no PTR record"), "\(reply)")
            #expect(relay.metric("tproxy_upstream_session_failures_total") == Double(other.counters.connections))
            #expect(relay.sink.counters.connections == other.counters.connections)
        }
    }
}
