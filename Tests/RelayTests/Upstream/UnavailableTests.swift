import DestinationModel
import DestinationSources
import MailSink
import NIOCore
import TLS
import TestSupport
import Testing
import UpstreamPool

@testable import Relay

/// What the client hears when upstream can't be had: the table in the relay's contract, row by row.
@Suite struct UnavailableTests {
    /// Sends MAIL and RCPT and checks that the reply begins so, that it names the destination, and that the connection lives on.
    private func expect(_ start: String, _ kind: String?, _ relay: TestRelay) async throws {
        let client = try await relay.client()
        let reply = try await client.beginEnvelope()
        #expect(reply.hasPrefix(start + " mail (destination mail): "), "\(reply)")
        #expect(!reply.contains(TestRelay.password))
        #expect(reply.utf8.count <= 510)
        #expect(try await client.say("NOOP").hasPrefix("250 "))
        await relay.expectMetric("tproxy_messages_total", ["outcome": "failed", "stage": "mail"], 1)
        if let kind { await relay.expectMetric("tproxy_upstream_session_failures_total", ["reason": kind], 1) }
    }

    @Test func unknownName() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.host = "no-such-host.invalid" })
            try await expect("451 4.4.3", "name_resolution", relay)
        }
    }

    @Test func nobodyListens() async throws {
        try await TestRelay.run { relay in
            await relay.sink.stop()
            try await expect("451 4.4.1", "connect", relay)
        }
    }

    @Test func certificateOfAnotherName() async throws {
        let trust = try TestTrust.shared.get()
        let tls = try trust.authority.serverContext(dnsNames: ["other.example"], ipAddresses: [])
        let server = try await SinkServer.start(tls: tls)
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.port = server.port })
            try await expect("451 4.7.5", "tls", relay)
        }
        #expect(server.counters.commands == [:])
        await server.stop()
    }

    @Test func certificateOfAnUnknownAuthority() async throws {
        let server = try await SinkServer.start(tls: try TestAuthority().serverContext())
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.port = server.port })
            try await expect("451 4.7.5", "tls", relay)
        }
        await server.stop()
    }

    @Test func verificationIsOffWhereTheDestinationSaysSoAndThatIsLogged() async throws {
        let server = try await SinkServer.start(tls: try TestAuthority().serverContext())
        server.accounts.setPassword(TestRelay.password, for: TestRelay.user)
        try await TestRelay.run { relay in
            relay.source.set(
                relay.destination {
                    $0.port = server.port
                    $0.tls.verification = .none
                }
            )
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.log.contains("certificate is not verified"))
        }
        await server.stop()
    }

    @Test func theNameIsNotVerifiedWhereTheDestinationSaysSoAndThatIsLogged() async throws {
        let trust = try TestTrust.shared.get()
        let tls = try trust.authority.serverContext(dnsNames: ["other.example"], ipAddresses: [])
        let server = try await SinkServer.start(tls: tls)
        server.accounts.setPassword(TestRelay.password, for: TestRelay.user)
        try await TestRelay.run { relay in
            relay.source.set(
                relay.destination {
                    $0.port = server.port
                    $0.tls.verification = .chainOnly
                }
            )
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.log.contains("the name in the mail server's certificate is not verified"))
        }
        await server.stop()
    }

    @Test("a common name is accepted if the destination says so, which is logged")
    func commonName() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.tls.acceptsCommonName = true })
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.log.contains("common name in the mail server's certificate accepted"))
        }
    }

    @Test func loginRefused() async throws {
        try await TestRelay.run { relay in
            relay.sink.accounts.setPassword("changed", for: TestRelay.user)
            try await expect("451 4.7.0", "login", relay)
        }
    }

    @Test func noMechanismInCommon() async throws {
        var configuration = SinkConfiguration()
        configuration.mechanisms = [.xoauth2]
        try await TestRelay.run(sink: configuration) { relay in
            try await expect("451 4.7.0", "login", relay)
        }
    }

    @Test func noToken() async throws {
        try await TestRelay.run { relay in
            relay.source.set(relay.destination { $0.authentication = .oauth(user: TestRelay.user) })
            relay.tokens.setUnavailable(true)
            try await expect("451 4.7.0", "token", relay)
        }
    }

    @Test(
        arguments: [
            DestinationLookupError.Code.noSuchDestination, .noSuchTenant, .tenantNotSubscribed, .malformed,
            .serviceUnavailable, .credentialsRefused,
        ]
    )
    func noDestination(code: DestinationLookupError.Code) async throws {
        try await TestRelay.run { relay in
            relay.source.fail(code)
            try await expect("451 4.3.5", nil, relay)
        }
    }

    @Test func theReplyNamesTheTenant() async throws {
        try await TestRelay.run { relay in
            let port = try await relay.open(tenant: "t1")
            let client = try await TestClient.connect(to: port).greeted()
            #expect(
                try await client.beginEnvelope().hasPrefix(
                    "451 4.3.5 mail (destination mail, tenant t1): "
                )
            )
        }
    }

    @Test func lookUpThatDoesNotEnd() async throws {
        try await TestRelay.run(limits: .test { $0.lookUpTime = .milliseconds(50) }) { relay in
            let gate = SinkGate()
            relay.source.hold(gate)
            try await expect("451 4.3.5", nil, relay)
            // What it finds in the end serves those who come later.
            relay.source.hold(nil)
            gate.open()
            let port = try await relay.open(tenant: "other")
            relay.source.set(relay.destination(), tenant: "other")
            let client = try await TestClient.connect(to: port).greeted()
            #expect(try await client.mail().hasPrefix("250 "))
        }
    }

    @Test func noSessionBecomesFreeInTime() async throws {
        let limits = RelayLimits.test {
            $0.pool.sessions = 1
            $0.pool.wait = .milliseconds(50)
        }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            // It has the only session; the time limit is for getting one.
            while try await !first.beginEnvelope().hasPrefix("250 ") { _ = try await first.say("RSET") }
            let second = try await TestClient.connect(to: port).greeted()
            #expect(
                try await second.beginEnvelope(from: "b@example.com").hasPrefix("451 4.3.2 mail (destination mail): ")
            )
            await relay.expectMetric("tproxy_upstream_waiting", 0)
        }
    }

    @Test func tooManyWait() async throws {
        let limits = RelayLimits.test {
            $0.pool.sessions = 1
            $0.pool.waiters = 1
        }
        try await TestRelay.run(limits: limits) { relay in
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            #expect(try await first.beginEnvelope().hasPrefix("250 "))
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_waiting", 1)
            let third = try await TestClient.connect(to: port).greeted()
            #expect(
                try await third.beginEnvelope(from: "c@example.com").hasPrefix("451 4.3.2 mail (destination mail): ")
            )
            #expect(!second.hasReply)
            _ = try await first.say("RSET")
            #expect(try await second.reply().hasPrefix("250 "))
        }
    }

    @Test func tooManySessionsAtTheMailServer() async throws {
        try await TestRelay.run { relay in
            relay.sink.sessionLimit = 1
            let port = try await relay.open()
            let first = try await TestClient.connect(to: port).greeted()
            #expect(try await first.beginEnvelope().hasPrefix("250 "))
            let second = try await TestClient.connect(to: port).greeted()
            try await second.requestSession(from: "b@example.com")
            await relay.expectMetric("tproxy_upstream_session_failures_total", ["reason": "refused"], 1)
            // It waits for the one there is.
            _ = try await first.say("RSET")
            #expect(try await second.reply().hasPrefix("250 "))
        }
    }
}

extension MailDestination.Authentication {
    static func oauth(user: String) -> Self {
        .oauth2ClientCredentials(
            user: user,
            OAuth2ClientCredentials(
                tokenServiceURL: "https://tokens.example/oauth/token",
                clientID: "client",
                clientSecret: Secret("client-5ecret")
            )
        )
    }
}
