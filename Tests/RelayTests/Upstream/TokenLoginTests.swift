import DestinationModel
import MailSink
import Testing
import UpstreamPool

@testable import Relay

@Suite struct TokenLoginTests {
    private static func use(_ relay: TestRelay) {
        relay.source.set(relay.destination { $0.authentication = .oauth(user: TestRelay.user) })
    }

    @Test(arguments: [SinkMechanism.xoauth2, .oauthbearer])
    func logsInWithAToken(mechanism: SinkMechanism) async throws {
        var configuration = SinkConfiguration()
        configuration.mechanisms = [mechanism]
        try await TestRelay.run(sink: configuration) { relay in
            Self.use(relay)
            relay.sink.accounts.addToken("token-1-0123456789", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.sink.mails.first?.login == SinkLogin(user: TestRelay.user, mechanism: mechanism))
        }
    }

    @Test func aCachedTokenThatIsRefusedIsReplacedOnce() async throws {
        try await TestRelay.run { relay in
            Self.use(relay)
            relay.tokens.cache("revoked-token")
            relay.sink.accounts.addToken("token-1-0123456789", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(relay.tokens.fetches == 1)
            #expect(relay.sink.counters.refusedLogins == 1)
            #expect(relay.sink.counters.loginCount == 1)
        }
    }

    @Test func aFreshTokenThatIsRefusedTooOpensTheCircuit() async throws {
        try await TestRelay.run { relay in
            Self.use(relay)
            relay.tokens.cache("revoked-token")
            let client = try await relay.client()
            for _ in 0..<3 {
                let reply = try await client.beginEnvelope()
                #expect(reply.hasPrefix("451 4.7.0 mail (destination mail): "), "\(reply)")
            }
            // One with the cached token, one with the fresh one, and none while the circuit is open.
            #expect(relay.sink.counters.refusedLogins == 2)
            #expect(relay.tokens.fetches == 1)
            await relay.expectMetric("tproxy_upstream_session_failures_total", ["reason": "login"], 1)
        }
    }

    @Test func aWrongPasswordIsTriedAgainAfterAPause() async throws {
        let limits = RelayLimits.test { $0.openings.login = .milliseconds(1)...(.milliseconds(2)) }
        try await TestRelay.run(limits: limits) { relay in
            relay.sink.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.beginEnvelope().hasPrefix("451 4.7.0 "))
            relay.sink.accounts.setPassword(TestRelay.password, for: TestRelay.user)
            while try await !client.mail().hasPrefix("250 ") {}
            #expect(relay.sink.counters.loginCount == 1)
        }
    }

    @Test func aWrongPasswordIsNotTriedAgainDuringThePause() async throws {
        try await TestRelay.run { relay in
            relay.sink.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            for _ in 0..<5 { #expect(try await client.beginEnvelope().hasPrefix("451 4.7.0 ")) }
            // With PLAIN, and with LOGIN.
            #expect(relay.sink.counters.refusedLogins == 2)
        }
    }

    /// A changed destination is a new chance: nobody has to wait for the end of the pause.
    @Test func aChangedPasswordClosesTheCircuit() async throws {
        try await TestRelay.run { relay in
            relay.sink.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.beginEnvelope().hasPrefix("451 4.7.0 "))
            relay.source.set(
                relay.destination { $0.authentication = .basic(user: TestRelay.user, password: Secret("another")) }
            )
            relay.table.refresh { _ in true }
            while try await !client.mail().hasPrefix("250 ") {}
            #expect(relay.sink.counters.refusedLogins == 2)
        }
    }

    // MARK: Other mechanisms

    /// The AUTH commands that the mail server has seen, without what follows the mechanism.
    private static func attempts(_ relay: TestRelay) -> [String] {
        relay.sink.transcripts.flatMap(\.commands).filter { $0.hasPrefix("AUTH ") }.map {
            $0.split(separator: " ")[1].description
        }
    }

    @Test(
        "a mechanism that fails is followed by the next, and what worked comes first in the next session",
        arguments: [500, 502, 504, 534, 535, 538]
    )
    func nextMechanism(code: Int) async throws {
        let limits = RelayLimits.test { $0.pool.messages = 1 }
        try await TestRelay.run(limits: limits) { relay in
            relay.sink.script.add(SinkFault(at: .authentication, times: 1, .reply(code, nil, "Login fail")))
            let client = try await relay.client()
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(try await client.mail().hasPrefix("250 "))
            #expect(Self.attempts(relay) == ["PLAIN", "LOGIN", "LOGIN"])
        }
    }

    @Test("a server that refuses the login and closes the connection at the next has refused the login")
    func closed() async throws {
        try await TestRelay.run { relay in
            relay.sink.script.add(SinkFault(at: .authentication, times: 1, .reply(535, "5.7.8", "Login fail")))
            relay.sink.script.add(SinkFault(at: .authentication, .close(.orderly)))
            let client = try await relay.client()
            let reply = try await client.mail()
            #expect(reply.hasPrefix("451 4.7.0 "), "\(reply)")
            #expect(reply.hasSuffix(" refuses the login (PLAIN): 535 5.7.8 Login fail"), "\(reply)")
        }
    }

    @Test("an opening makes two attempts, a fresh token included; the next one begins where it ended")
    func staleTokenBehindAnotherMechanism() async throws {
        let limits = RelayLimits.test { $0.openings.login = .milliseconds(1)...(.milliseconds(2)) }
        try await TestRelay.run(limits: limits) { relay in
            Self.use(relay)
            relay.tokens.cache("revoked-token")
            relay.sink.accounts.addToken("token-1-0123456789", for: TestRelay.user)
            relay.sink.script.add(SinkFault(at: .authentication, times: 1, .reply(504, nil, "not for you")))
            let client = try await relay.client()
            while try await !client.mail().hasPrefix("250 ") {}
            #expect(Self.attempts(relay) == ["XOAUTH2", "OAUTHBEARER", "OAUTHBEARER", "OAUTHBEARER"])
            #expect(relay.tokens.fetches == 1)
        }
    }
}
