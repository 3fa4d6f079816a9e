import DestinationModel
import MailSink
import TestSupport
import Testing

@testable import Relay

@Suite struct RelayMetricsTests {
    private static let names = [
        "tp_open_tcp_connections", "tp_tcp_connections_total", "tproxy_connections_refused_total",
        "tproxy_messages_total", "tproxy_application_received_bytes_total", "tproxy_upstream_sent_bytes_total",
        "tproxy_upstream_sessions", "tproxy_upstream_sessions_created_total", "tproxy_upstream_sessions_reused_total",
        "tproxy_upstream_sessions_retired_total", "tproxy_upstream_session_failures_total", "tproxy_upstream_waiting",
        "tproxy_upstream_wait_seconds", "tproxy_message_seconds", "tproxy_destination_lookups_total",
        "tproxy_destination_age_seconds", "tproxy_upstream_session_cap", "tproxy_upstream_circuit_open",
        "tproxy_upstream_denied_total",
    ]

    @Test func allFamiliesAreExposedWithTheRoutesLabels() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open(tenant: "t1")
            relay.source.set(relay.destination { $0.name = "mail" }, tenant: "t1")
            // With PLAIN, and with LOGIN.
            relay.sink.accounts.refuseNextLogins(2)
            let client = try await TestClient.connect(to: port).greeted()
            #expect(try await client.beginEnvelope().hasPrefix("451 "))
            relay.source.set(relay.destination { $0.ehloName = "other.example" }, tenant: "t1")
            relay.table.refresh { _ in true }
            while try await !client.mail("Subject: x\r\n\r\ntext\r\n").hasPrefix("250 ") {}
            relay.source.set(relay.destination(), tenant: "t1")
            relay.table.refresh { _ in true }
            await relay.expectMetric("tproxy_upstream_sessions_retired_total", ["reason": "drained"], 1)

            let exposition = relay.exposition
            for name in Self.names {
                #expect(exposition.contains("# TYPE \(name) "), "\(name)")
                #expect(
                    exposition.contains(#"\#(name)_count{namespace="shop",destination="mail",tenant="t1""#)
                        || exposition.contains(#"\#(name){namespace="shop",destination="mail",tenant="t1""#),
                    "\(name)"
                )
            }
            #expect(relay.metric("tproxy_messages_total", ["outcome": "accepted", "stage": "end_of_data"]) == 1)
            #expect(relay.metric("tproxy_upstream_sent_bytes_total") == Double("Subject: x\r\n\r\ntext\r\n".utf8.count))
            #expect(relay.metric("tproxy_message_seconds_count") == 1)
            #expect(relay.metric("tproxy_upstream_denied_total", ["reason": "login"]) >= 1)
            #expect(relay.metric("tproxy_upstream_circuit_open") == 0)
            #expect(exposition.contains(#"tproxy_tls_info{policy="ECDHE with AEAD, groups X"#))
            #expect(relay.log.lines.contains { $0.contains(" connection=1 ") && $0.contains(" session=") })
        }
    }

    @Test("A route that nobody uses takes little room")
    func idleRoute() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination(), tenant: "idle")
            let port = try await relay.open(tenant: "idle")
            let lines = relay.exposition.split(separator: "\n").filter { $0.contains(#"tenant="idle""#) }
            #expect(lines.contains { $0.hasPrefix("tp_tcp_connections_total{") && $0.hasSuffix(" 0") })
            #expect(lines.count < 25 && !lines.contains { $0.contains("_bucket{") }, "\(lines)")
            let client = try await TestClient.connect(to: port).greeted()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.metric("tproxy_message_seconds_count", ["tenant": "idle"]) == 1)
            #expect(relay.metric("tproxy_upstream_wait_seconds_count", ["tenant": "idle"]) == 1)
        }
    }

    @Test("The limits of connections can be set against those that are open")
    func connectionLimits() async throws {
        let limits = RelayLimits.test {
            $0.connections = 70
            $0.connectionsPerRoute = 30
        }
        try await TestRelay.run(limits: limits) { relay in
            #expect(relay.metric("tproxy_connection_limit", ["scope": "relay"]) == 70)
            #expect(relay.metric("tproxy_connection_limit", ["scope": "route"]) == 30)
        }
    }

    /// Neither metrics nor logs at trace level nor replies tell a secret, whatever goes wrong.
    @Test func nothingTellsASecret() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open()
            let client = try await TestClient.connect(to: port).greeted()
            var replies: [String] = []
            replies.append(try await client.mail())
            relay.sink.script.add(SinkFault(at: .recipient, times: 1, .close(.abrupt)))
            replies.append(try await client.mail())
            _ = try await client.say("RSET")
            relay.source.set(relay.destination { $0.authentication = .password("wr0ng-password") })
            relay.table.refresh { _ in true }
            while !(replies.last?.hasPrefix("451 4.7.0") ?? false) { replies.append(try await client.mail()) }
            relay.tokens.cache("t0ken-that-is-refused")
            relay.source.set(relay.destination { $0.authentication = .oauth(user: TestRelay.user) })
            relay.table.refresh { _ in true }
            replies.append(try await client.mail())
            while relay.tokens.fetches == 0 { replies.append(try await client.mail()) }

            let told = (relay.log.lines + replies + [relay.exposition]).joined(separator: "\n")
            #expect(relay.log.lines.count > 3)
            for secret in [TestRelay.password, "wr0ng-password", "t0ken-that-is-refused", "token-1-", "client-5ecret"] {
                #expect(!told.contains(secret), "\(secret)")
            }
        }
    }
}
