import FoundationEssentials
import Kubernetes
import ObjectModel
import Testing

extension WithMailServers.ProductTests {
    /// The documented way, with the documented resources.
    @Suite struct SeedTests {
        @Test("The seed's two Destinations: Services, Available, and mail under each tenant's own login")
        func seed() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            let tenants = ["tenant-subdomain": accounts.acme, "another-tenant-subdomain": accounts.globex]
            try await ProductRun.perform { run in
                try run.site.write(.basic(accounts.shop, port: servers.postfix.port))
                for (tenant, account) in tenants {
                    try run.site.write(.basic(account, port: servers.postfix.port), tenant: tenant)
                }

                for sample in ["destination.yaml", "destination-multitenant.yaml"] {
                    let text = try String(
                        contentsOf: URL(filePath: "\(ClusterManifests.samples)/\(sample)"),
                        encoding: .utf8
                    )
                    // The samples name the instance of the sample configuration.
                    let input = text.replacing("destinationServiceInstanceName: dest-service", with: "")
                    try await run.site.kubectl.check(["apply", "-n", run.namespace, "-f", "-"], input: input)
                }
                try await run.site.waitUntilAvailable("example-dest-smtps", in: run.namespace)
                try await run.site.waitUntilAvailable("example-dest-tenants", in: run.namespace)

                let services = try await run.site.client.list(.services, in: run.namespace)
                #expect(
                    services.map(\.metadata.name).sorted() == [
                        "example-dest-smtps", "example-dest-tenants-another-tenant-subdomain",
                        "example-dest-tenants-tenant-subdomain",
                    ]
                )
                for service in services {
                    let port = try #require(try await run.site.relayPort(of: service.metadata.name, in: run.namespace))
                    let relay = try await run.site.client.get(.services, "relay-\(port)", in: run.site.namespace)
                    let ports = relay["spec"]?["ports"]?.arrayValue ?? []
                    #expect(ports.map { $0["port"] } == [.integer(465)])
                    #expect(ports.map { $0["appProtocol"] } == [.string("tcp")])
                    #expect(service["spec"]?["ports"] == nil)
                }

                let message = try await run.telnet("example-dest-smtps")
                #expect(message.login == accounts.shop.user)
                #expect(message.content == Telnet.storedMessage)
                for (tenant, account) in tenants {
                    #expect(try await run.telnet("example-dest-tenants-\(tenant)").login == account.user)
                }
            }
        }

        @Test("One tenant of many that has no destination doesn't keep the others from sending")
        func oneBroken() async throws {
            let servers = try MailServers.current
            try await ProductRun.perform { run in
                try run.site.write(.basic(servers.accounts.acme, port: servers.postfix.port), tenant: "acme")
                try await run.apply(
                    Destination(name: "mail", destination: MailDestination.name, tenants: #"["acme", "nobody"]"#)
                )

                #expect(try await run.telnet("mail-acme").login == servers.accounts.acme.user)
                let status = try await eventually("the status to say it", within: .seconds(60)) {
                    let object = try await run.site.client.get(.destinations, "mail", in: run.namespace)
                    return object["status"]?["tenantsReady"] == .string("1/2") ? object["status"] : nil
                }
                let failed = status["tenants"]?.arrayValue?.first { $0["tenant"] == .string("nobody") }
                #expect(failed?["state"] == .string("Failed"))
                let reason = "ConfigurationError-Tenant-NotFound"
                let isNamed = try await eventually("the reason") {
                    let object = try await run.site.client.get(.destinations, "mail", in: run.namespace)
                    let entry = object["status"]?["tenants"]?.arrayValue?.first { $0["tenant"] == .string("nobody") }
                    return entry?["reason"] == .string(reason) ? true : nil
                }
                #expect(isNamed)

                // Mended by whoever keeps the destinations, without anybody else's help.
                try run.site.write(.basic(servers.accounts.globex, port: servers.postfix.port), tenant: "nobody")
                try await run.site.waitUntilAvailable("mail", in: run.namespace, seconds: 120)
                #expect(try await run.telnet("mail-nobody").login == servers.accounts.globex.user)
            }
        }
    }
}
