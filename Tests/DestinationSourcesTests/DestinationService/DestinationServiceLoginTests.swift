import DestinationModel
import HTTPTransport
import MailSink
import Testing

@testable import DestinationSources

/// How the product logs in to the Destination service, with which binding.
@Suite struct DestinationServiceLoginTests {
    @Test func basicAuthentication() async throws {
        var settings = DestinationServiceSettings()
        settings.clientAuthentication = .basic
        try await ServiceBench.with(settings) { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            #expect(await bench.host(reference()) == "a.example.com")
            #expect(bench.server.requests.first?.authentication == .basic)
        }
    }

    @Test func aClientCertificate() async throws {
        try await ServiceBench.with(usesCertificate: true) { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"), tenant: "tenant-a")
            #expect(await bench.host(reference("mail", "tenant-a")) == "a.example.com")
            let token = bench.server.requests.first
            let port = bench.server.certificatePort ?? 0
            #expect(token?.host == "tenant-a.cert.authentication.localhost:\(port)")
            #expect(token?.authentication == TokenRequest.Authentication.none)
        }
    }

    @Test func aRefusedTokenIsReplacedOnce() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            #expect(await bench.host(reference()) == "a.example.com")
            bench.server.revokeTokens()
            bench.time.advance(.seconds(120))
            #expect(await bench.host(reference()) == "a.example.com")
            #expect(bench.server.requests.map(\.status) == [200, 200, 401, 200, 200])
            // A service that refuses whatever it is shown is not shown more and more.
            bench.server.fail(.destination, .answer(status: 401))
            bench.server.setDestination(mailProperties("new", host: "b.example.com"))
            for _ in 0..<5 { #expect(await bench.error(reference("new"))?.code == .credentialsRefused) }
            #expect(bench.server.requests.map(\.status).dropFirst(5) == [401, 200, 401])
        }
    }

    /// What the authorization server may say, by what it says to the provider's own host.
    static let refusals: [(Int, String?, DestinationLookupError.Code)] = [
        (401, "tenant-a", .tenantNotSubscribed), (404, "tenant-a", .noSuchTenant), (401, nil, .credentialsRefused),
        (404, nil, .malformedAnswer), (503, nil, .serviceUnavailable), (503, "tenant-a", .serviceUnavailable),
        (400, "tenant-a", .malformedAnswer),
    ]

    @Test(arguments: refusals.indices) func whoIsRefused(index: Int) async throws {
        let (status, tenant, code) = Self.refusals[index]
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"), tenant: "tenant-a")
            bench.server.fail(.token, .answer(status: status, body: #"{"error":"hunter2"}"#), tenant: tenant)
            let error = await bench.error(reference("mail", "tenant-a"))
            #expect(error?.code == code)
            #expect(error?.description.contains("hunter2") == false)
            let count = bench.server.count(.token)
            for _ in 0..<5 { _ = await bench.error(reference("mail", "tenant-a")) }
            #expect(bench.server.count(.token) == count)
        }
    }

    @Test func aBindingThatIsNoLongerGoodStopsNoMail() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"), tenant: "tenant-a")
            // The provider's own token, which is good for an hour yet, proves nothing in a while.
            #expect(await bench.error(reference())?.code == .noSuchDestination)
            let good = try await bench.source.resolve(reference("mail", "tenant-a"))
            bench.server.setClient(ServiceBench.client, secret: "rotated")
            bench.server.revokeTokens()
            bench.time.advance(.seconds(200))
            // The tenant's host says 401, as to a tenant that is not subscribed; the provider's says so too.
            #expect(try await bench.source.resolve(reference("mail", "tenant-a")) == good)
            #expect(bench.lookUps.codes == [.noSuchDestination, nil, .credentialsRefused])
            bench.server.setDestination(mailProperties(host: "b.example.com"), tenant: "tenant-a")
            let fields = bench.server.binding(id: ServiceBench.client, secret: "rotated")
            try await bench.source.update(ServiceBench.binding(fields))
            var changes = bench.source.changes().makeAsyncIterator()
            await bench.source.refresh()
            #expect(await changes.next() == .destinations([DestinationKey(reference("mail", "tenant-a"))]))
            #expect(await bench.host(reference("mail", "tenant-a")) == "b.example.com")
        }
    }

    @Test func aBindingOfAnotherSubaccountForgetsWhatWasKnown() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            bench.server.setDestination(mailProperties(host: "b.example.com"), tenant: "tenant-a")
            #expect(await bench.host(reference()) == "a.example.com")
            var changes = bench.source.changes().makeAsyncIterator()
            var fields = bench.server.binding(id: ServiceBench.client, secret: "hunter2")
            fields["url"] = "https://tenant-a.authentication.localhost:\(bench.server.port)"
            try await bench.source.update(ServiceBench.binding(fields))
            #expect(await changes.next() == .destinations([DestinationKey(reference())]))
            #expect(await bench.host(reference()) == "b.example.com")
        }
    }

    @Test func anUnusableBindingChangesNothing() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let fields = bench.server.binding(id: ServiceBench.client, secret: "hunter2")
            let good = try ServiceBench.binding(fields)
            let bad = ServiceBinding(
                clientID: "x",
                login: .certificate(chain: Secret("no"), key: Secret("hunter2")),
                authorization: good.authorization,
                service: good.service
            )
            let error = await #expect(throws: HTTPError.self) { try await bench.source.update(bad) }
            #expect(error?.description.contains("hunter2") == false)
            #expect(await bench.host(reference()) == "a.example.com")
        }
    }
}
