import MailSink
import TestSupport
import Testing

@testable import DestinationSources

/// A Destination service that fails in every way.
@Suite struct DestinationServiceFaultTests {
    /// Everything that may go wrong with the service, what it counts as, and what the status will say.
    static let faults: [(DestinationServer.Fault, DestinationLookupError.Code)] = [
        (.close, .serviceUnavailable), (.answer(status: 500), .serviceUnavailable),
        (.answer(status: 503, headers: ["Retry-After": "5"]), .serviceUnavailable), (.endless, .malformedAnswer),
        (.drip, .serviceUnavailable), (.answer(status: 403), .credentialsRefused),
        (.answer(status: 200, body: "<html>hunter2</html>"), .malformedAnswer),
        (.answer(status: 200, body: #"{"destinationConfiguration":[]}"#), .malformedAnswer),
        (.answer(status: 404, headers: ["content-type": "text/html"], body: "<html>no</html>"), .malformedAnswer),
    ]

    @Test(arguments: faults.indices) func whateverGoesWrongTheLastGoodAnswerServesOn(index: Int) async throws {
        let (fault, code) = Self.faults[index]
        var settings = DestinationServiceSettings()
        settings.readTimeout = .milliseconds(300)
        try await ServiceBench.with(settings) { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            bench.server.setDestination(mailProperties("new", host: "b.example.com"))
            let good = try await bench.source.resolve(reference())
            bench.server.fail(.destination, fault)
            bench.time.advance(.seconds(86_400 * 7))
            async let failure = bench.error(reference("new"))
            #expect(try await bench.source.resolve(reference()) == good)
            #expect(bench.log.lines.contains { $0.contains("serves on") })
            let error = await failure
            #expect(error?.code == code)
            #expect(error?.description.contains("hunter2") == false)
            #expect(await bench.source.statistics.stale == 1)
            bench.server.mend()
            bench.time.advance(.seconds(61))
            #expect(await bench.host(reference("new")) == "b.example.com")
            #expect(bench.log.lines.allSatisfy { !$0.contains("hunter2") })
        }
    }

    @Test(arguments: [301, 302, 303, 307, 308]) func noRedirectIsFollowedWithAToken(status: Int) async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let other =
                "https://destination.authentication.localhost:\(bench.server.port)/destination-configuration/v1/x"
            bench.server.fail(.destination, .answer(status: status, headers: ["Location": other]))
            #expect(await bench.error(reference())?.code == .malformedAnswer)
            #expect(bench.server.count(.destination) == 1)
            bench.server.mend()
            bench.time.advance(.seconds(60))
            bench.server.fail(.token, .answer(status: status, headers: ["Location": other]))
            #expect(await bench.error(reference("mail", "tenant-a"))?.code == .malformedAnswer)
            #expect(bench.server.count(.token) == 2)
        }
    }

    @Test func whatFailsForAMomentIsTriedAgain() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            bench.server.fail(.destination, .answer(status: 503), times: 2)
            #expect(await bench.host(reference()) == "a.example.com")
            #expect(bench.server.count(.destination) == 3)
            #expect(bench.lookUps.codes == [nil])
            bench.server.fail(.destination, .answer(status: 503, headers: ["Retry-After": "30"]), times: 1)
            #expect(await bench.error(reference("other"))?.code == .serviceUnavailable)
            // The service's wish goes for all its destinations.
            #expect(await bench.error(reference("another"))?.code == .serviceUnavailable)
            #expect(bench.server.count(.destination) == 4)
            bench.time.advance(.seconds(30))
            #expect(await bench.error(reference("another"))?.code == .noSuchDestination)
        }
    }
}
