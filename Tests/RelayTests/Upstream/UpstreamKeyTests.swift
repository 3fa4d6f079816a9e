import DestinationModel
import DestinationSources
import TLS
import Testing

@testable import Relay

@Suite struct UpstreamKeyTests {
    private static let destination = MailDestination(
        name: "mail",
        host: "mail.example",
        authentication: .basic(user: "user", password: Secret("one"))
    )

    private func key(
        _ tenant: String = "t1",
        _ generation: UInt64 = 1,
        _ change: (inout MailDestination) -> Void = { _ in }
    )
        throws -> UpstreamKey
    {
        var destination = Self.destination
        change(&destination)
        return UpstreamKey(
            route: try TestRelay.route(tenant: tenant),
            generation: DestinationGeneration(generation),
            destination: destination
        )
    }

    @Test func allThatDecidesWhoWeAreMakesAnotherKey() throws {
        let one = try key()
        #expect(try one == key())
        #expect(try one != key("t2"))
        #expect(try one != key("t1", 2))
        #expect(try one != key { $0.host = "other.example" })
        #expect(try one != key { $0.port = 466 })
        #expect(try one != key { $0.authentication = .basic(user: "other", password: Secret("one")) })
        #expect(try one != key { $0.authentication = .basic(user: "user", password: Secret("two")) })
        #expect(try one != key { $0.mechanisms = ["LOGIN"] })
        #expect(try one != key { $0.ehloName = "other.example" })
        #expect(try one != key { $0.tls.verification = .none })
        #expect(try one != key { $0.tls.verification = .chainOnly })
        #expect(try one != key { $0.tls.acceptsCommonName = true })
        #expect(try one != key { $0.tls.minimumVersion = .tls13 })
        #expect(try one != key { $0.tls.maximumVersion = .tls12 })
    }

    @Test func allThatDecidesWhoWeAreToATokenServiceMakesAnotherKey() throws {
        func key(_ change: (inout OAuth2ClientCredentials) -> Void = { _ in }) throws -> UpstreamKey {
            var client = OAuth2ClientCredentials(
                tokenServiceURL: "https://tokens.example/oauth/token",
                clientID: "client",
                clientSecret: Secret("one")
            )
            change(&client)
            return try self.key { $0.authentication = .oauth2ClientCredentials(user: "user", client) }
        }
        let one = try key()
        #expect(try one == key())
        #expect(try one != self.key())
        #expect(try one != key { $0.tokenServiceURL = "https://other.example/oauth/token" })
        #expect(try one != key { $0.clientID = "other" })
        #expect(try one != key { $0.clientSecret = Secret("two") })
        #expect(try one != key { $0.scope = "mail" })
    }
}
