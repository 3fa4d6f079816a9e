import DestinationModel
import MailSink
import Testing

@testable import DestinationSources

/// What the Destination service is asked for, and for whom.
@Suite struct DestinationServiceLookUpTests {
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
}
