import DestinationModel
import DestinationSources
import SMTP
import TLS
import Testing

@testable import Relay

@Suite struct UpstreamTargetTests {
    private func target(_ change: (inout MailDestination) -> Void = { _ in }) throws -> UpstreamTarget {
        var destination = MailDestination(name: "mail", host: "mail.example")
        change(&destination)
        return UpstreamTarget(
            key: UpstreamKey(
                route: try TestRelay.route(),
                generation: DestinationGeneration(1),
                destination: destination
            ),
            tls: try TLSClientContext(TLSClientConfiguration()),
            fetchedAt: .now,
            origin: DestinationOrigin("one")
        )
    }

    @Test func theRFCsLimitsHoldWhereTheDestinationSetsNone() throws {
        let target = try target()
        #expect(target.timeLimits == ClientTimeLimits())
        #expect(target.connectLimit == .seconds(10))
    }

    @Test("a destination can't ask for longer than transactions wait")
    func longConnectLimit() throws {
        #expect(try target { $0.connectTimeout = .seconds(3600) }.connectLimit == .seconds(30))
    }

    @Test func theDestinationsLimitsBoundAllOthers() throws {
        let target = try target {
            $0.ioTimeout = .seconds(90)
            $0.connectTimeout = .seconds(7)
        }
        let limits = target.timeLimits
        #expect(target.connectLimit == .seconds(7))
        let long: [ClientExpectation] = [.greeting, .ehlo, .authentication, .mail, .recipient, .data, .endOfData]
        for expectation in long { #expect(limits.limit(for: expectation) == .seconds(90), "\(expectation)") }
        #expect(limits.dataBlock == .seconds(90))
        #expect(limits.login == .seconds(300))
        #expect(limits.probe == ClientTimeLimits().probe, "what is shorter stays")
    }

    @Test func theDestinationsNameGoesBeforeTheRelaysOwn() throws {
        let own = try target().clientConfiguration(name: "relay.example", credentials: .none)
        #expect(own.name == "relay.example")
        let other = try target { $0.ehloName = "app.example" }
        #expect(other.clientConfiguration(name: "relay.example", credentials: .none).name == "app.example")
    }
}
