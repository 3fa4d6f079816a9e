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
        #expect(try one != key { $0.tls.verification = .none })
    }
}
