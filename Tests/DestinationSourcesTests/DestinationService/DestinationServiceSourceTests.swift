import DestinationModel
import HTTPTransport
import MailSink
import ObjectModel
import TestSupport
import Testing

@testable import DestinationSources

@Suite struct DestinationServiceSourceTests {
    @Test func theProvidersAndTheTenantsOwn() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "provider.example.com"))
            bench.server.setDestination(mailProperties(host: "a.example.com"), tenant: "tenant-a")
            #expect(await bench.host(reference()) == "provider.example.com")
            #expect(await bench.host(reference("mail", "tenant-a")) == "a.example.com")
            let tokens = bench.server.requests.filter { $0.matter == .token }
            let port = bench.server.port
            #expect(
                tokens.map(\.host) == [
                    "provider.authentication.localhost:\(port)", "tenant-a.authentication.localhost:\(port)",
                ]
            )
            #expect(tokens.allSatisfy { $0.authentication == .form && $0.status == 200 })
        }
    }

    @Test func aTenantNeverGetsAnothersLogin() async throws {
        try await ServiceBench.with { bench in
            bench.server.setTenant("tenant-c")
            bench.server.setDestination(mailProperties(host: "provider.example.com"))
            bench.server.setDestination(mailProperties(host: "c.example.com"), tenant: "tenant-c")
            #expect(await bench.error(reference("mail", "tenant-a"))?.code == .noSuchDestination)
            #expect(await bench.error(reference("mail", "tenant-b"))?.code == .tenantNotSubscribed)
            #expect(await bench.error(reference("mail", "tenant-x"))?.code == .noSuchTenant)
            #expect(await bench.error(reference("mail", "../provider"))?.code == .noSuchTenant)
            let other = DestinationReference(destination: "mail", instance: "two")
            #expect(await bench.error(other)?.code == .noSuchInstance)
            #expect(await bench.host(reference("mail", "tenant-c")) == "c.example.com")
        }
    }

    @Test func levels() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "ps.example.com"))
            bench.server.setDestination(mailProperties(host: "pi.example.com"), isInstance: true)
            bench.server.setDestination(mailProperties(host: "s.example.com"), tenant: "tenant-a")
            bench.server.setDestination(mailProperties(host: "i.example.com"), tenant: "tenant-a", isInstance: true)
            let hosts: [DestinationLevel?: String] = [
                .providerSubaccount: "ps.example.com", .providerInstance: "pi.example.com",
                .subaccount: "s.example.com", .instance: "i.example.com", nil: "i.example.com",
            ]
            for (level, host) in hosts {
                #expect(await bench.host(reference("mail", "tenant-a", level: level)) == host)
            }
        }
    }

    @Test func fragments() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "plain.example.com"))
            bench.server.setFragment("f", ["mail.smtps.host": "merged.example.com"])
            bench.server.setFragment("f", ["mail.smtps.host": "instance.example.com"], isInstance: true)
            func find(_ name: String, _ isOptional: Bool, _ level: DestinationLevel? = nil) async -> String? {
                let fragment = FragmentReference(name: name, isOptional: isOptional, level: level)
                return await bench.host(reference(level: level, fragment: fragment))
            }
            #expect(await find("f", false, .subaccount) == "merged.example.com")
            #expect(await find("f", false) == "instance.example.com")
            #expect(await find("none", true) == "plain.example.com")
            let missing = FragmentReference(name: "none")
            #expect(await bench.error(reference(fragment: missing))?.code == .noSuchFragment)
            #expect(await bench.error(reference("no", fragment: missing))?.code == .noSuchDestination)
            // A destination that needs its fragment.
            bench.server.setDestination(["Name": "part", "Type": "MAIL"])
            #expect(await bench.error(reference("part", fragment: missing))?.code == .noSuchFragment)
        }
    }

    @Test(arguments: ["a b/ü?c#d%2F", "mail@instance", "../x", "a+b"])
    func namesThatNeedEscaping(name: String) async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(name, host: "odd.example.com"))
            #expect(await bench.host(reference(name)) == "odd.example.com")
            #expect(await bench.error(reference(name, level: .instance))?.code == .noSuchDestination)
            #expect(await bench.host(reference(name, level: .subaccount)) == "odd.example.com")
        }
    }

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

    @Test func manyCallersOneRequest() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let found = await withTaskGroup(of: String?.self) { group in
                for _ in 0..<50 { group.addTask { await bench.host(reference()) } }
                return await group.reduce(into: Set()) { $0.insert($1) }
            }
            #expect(found == ["a.example.com"])
            #expect(bench.server.count(.token) == 1)
            #expect(bench.server.count(.destination) == 1)
            #expect(bench.lookUps.codes == [nil])
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

    @Test func aChangeIsNoticedAndTold() async throws {
        try await ServiceBench.with { bench in
            var changes = bench.source.changes().makeAsyncIterator()
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let first = try await bench.source.resolve(reference())
            bench.server.setDestination(mailProperties(host: "a.example.com", ["mail.password": "changed"]))
            bench.time.advance(.seconds(119))
            await bench.source.refresh()
            #expect(await changes.next() == .destinations([DestinationKey(reference())]))
            let second = try await bench.source.resolve(reference())
            #expect(second.generation != first.generation)
            #expect(second.destination.authentication == .basic(user: "user", password: Secret("changed")))
            #expect(bench.server.count(.destination) == 2)
        }
    }

    @Test func theSourceRunsByItself() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            #expect(await bench.host(reference()) == "a.example.com")
            let running = Task { await bench.source.run(every: .milliseconds(5)) }
            bench.server.removeDestination("mail")
            bench.time.advance(.seconds(119))
            try await eventually("its absence is noticed") {
                await bench.error(reference())?.code == .noSuchDestination
            }
            running.cancel()
            await running.value
        }
    }

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

    @Test func aCancelledCallerLeavesTheOthersAlone() async throws {
        try await ServiceBench.with { bench in
            bench.server.setDestination(mailProperties(host: "a.example.com"))
            let gate = SinkGate()
            bench.server.fail(.destination, .stall(gate), times: 1)
            let stays = Task { await bench.host(reference()) }
            let leaves = Task { await bench.error(reference()) }
            try await gate.waitForArrivals()
            leaves.cancel()
            #expect(await leaves.value?.code == .serviceUnavailable)
            gate.open()
            #expect(await stays.value == "a.example.com")
        }
    }

    @Test func oneBrokenTenantIsNoTroubleForTheOthers() async throws {
        try await ServiceBench.with { bench in
            for number in 0..<20 {
                bench.server.setTenant("t\(number)")
                bench.server.setDestination(mailProperties(host: "h\(number).example.com"), tenant: "t\(number)")
            }
            bench.server.fail(.destination, .answer(status: 500), tenant: "t7")
            for _ in 0..<3 {
                let hosts = await withTaskGroup(of: (Int, String?).self) { group in
                    for number in 0..<20 {
                        group.addTask { (number, await bench.host(reference("mail", "t\(number)"))) }
                    }
                    return await group.reduce(into: [:]) { $0[$1.0] = $1.1 }
                }
                for number in 0..<20 { #expect(hosts[number] == (number == 7 ? nil : "h\(number).example.com")) }
                bench.time.advance(.seconds(130))
            }
        }
    }

    // MARK: Tokens that come with a destination

    private func oauth(_ url: String) -> [String: String] {
        mailProperties(
            host: "a.example.com",
            [
                "Authentication": "OAuth2ClientCredentials", "tokenServiceURL": url, "clientId": "c",
                "clientSecret": "hunter2",
            ]
        )
    }

    private func key(_ found: ResolvedDestination, _ tenant: String? = nil) throws -> TokenRequestKey {
        guard case .oauth2ClientCredentials(_, let credentials) = found.destination.authentication else {
            throw DestinationLookupError(.malformed, reference())
        }
        return TokenRequestKey(credentials: credentials, tenant: tenant)
    }

    @Test func theTokenThatComesWithItServes() async throws {
        try await ServiceBench.with { bench in
            let properties = oauth("https://127.0.0.1:1/token")
            let list = #"[{"type":"Bearer","value":"from-the-service","expires_in":"3600"}]"#
            bench.server.setDestination(properties, tenant: "tenant-a", authTokens: list)
            let found = try await bench.source.resolve(reference("mail", "tenant-a"))
            let key = try key(found, "tenant-a")
            let token = try await bench.tokens.token(for: key)
            #expect(token.secret == Secret("from-the-service"))
            // Each look-up brings the service's latest; the destination is the same, so no session is retired for it.
            let next = #"[{"type":"Bearer","value":"the-next","expires_in":"7200"}]"#
            bench.server.setDestination(properties, tenant: "tenant-a", authTokens: next)
            bench.time.advance(.seconds(120))
            #expect(try await bench.source.resolve(reference("mail", "tenant-a")).generation == found.generation)
            #expect(try await bench.tokens.token(for: key).secret == Secret("the-next"))
            // The mail server refuses it: our own request is made, here in vain, and the same is not taken again.
            let refused = try await bench.tokens.token(for: key)
            let error = await #expect(throws: TokenError.self) {
                try await bench.tokens.token(for: key, insteadOf: refused)
            }
            #expect(error?.code == .serviceUnavailable)
            bench.time.advance(.seconds(120))
            _ = try await bench.source.resolve(reference("mail", "tenant-a"))
            await #expect(throws: TokenError.self) { try await bench.tokens.token(for: key) }
        }
    }

    @Test func whereTheServiceHasNoTokenOursIsFetched() async throws {
        try await ServiceBench.with { bench in
            try await TokenServer.with { _ in
                .init(body: #"{"access_token":"our-own","expires_in":3600}"#)
            } _: { tokenServer in
                let list = #"[{"type":"","value":"","expires_in":"0","error":"refused, hunter2 was wrong"}]"#
                bench.server.setDestination(oauth(tokenServer.url), authTokens: list)
                let found = try await bench.source.resolve(reference())
                // Once, however often it is looked up.
                bench.time.advance(.seconds(120))
                _ = try await bench.source.resolve(reference())
                #expect(bench.log.lines.count { $0.contains("can't fetch the destination's token") } == 1)
                #expect(bench.log.lines.allSatisfy { !$0.contains("hunter2") })
                let token = try await bench.tokens.token(for: try key(found))
                #expect(token.secret == Secret("our-own"))
            }
        }
    }
}
