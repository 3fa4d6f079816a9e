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
                let reply = try await client.say("MAIL FROM:<a@example.com>")
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
            #expect(try await client.say("MAIL FROM:<a@example.com>").hasPrefix("451 4.7.0 "))
            relay.sink.accounts.setPassword(TestRelay.password, for: TestRelay.user)
            while try await !client.mail().hasPrefix("250 ") {}
            #expect(relay.sink.counters.loginCount == 1)
        }
    }

    @Test func aWrongPasswordIsNotTriedAgainDuringThePause() async throws {
        try await TestRelay.run { relay in
            relay.sink.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            for _ in 0..<5 { #expect(try await client.say("MAIL FROM:<a@example.com>").hasPrefix("451 4.7.0 ")) }
            #expect(relay.sink.counters.refusedLogins == 1)
        }
    }

    /// A changed destination is a new chance: nobody has to wait for the end of the pause.
    @Test func aChangedPasswordClosesTheCircuit() async throws {
        try await TestRelay.run { relay in
            relay.sink.accounts.setPassword("another", for: TestRelay.user)
            let client = try await relay.client()
            #expect(try await client.say("MAIL FROM:<a@example.com>").hasPrefix("451 4.7.0 "))
            relay.source.set(
                relay.destination { $0.authentication = .basic(user: TestRelay.user, password: Secret("another")) }
            )
            relay.table.refresh { _ in true }
            while try await !client.mail().hasPrefix("250 ") {}
            #expect(relay.sink.counters.refusedLogins == 1)
        }
    }
}
