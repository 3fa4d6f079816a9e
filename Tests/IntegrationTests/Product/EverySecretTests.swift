import DestinationModel
import FoundationEssentials
import Glibc
import MailSink
import ObjectModel
import RelayRoutes
import TestSupport
import Testing

extension WithMailServers.ProductTests {
    /// What the servers tell about themselves, whoever is asked and however they end.
    @Suite struct EverySecretTests {
        /// All that anybody can read, and where it comes from.
        private struct Findings {
            var texts: [String: String] = [:]

            mutating func add(_ place: String, _ text: String) { texts[place, default: ""] += text }
        }

        @Test("No secret leaves the servers: not in logs, pages, objects and commands, and not when they crash")
        func everywhere() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            let wrong = MailAccount("acme")
            let bindingSecret = "binding-" + MailAccount.random()
            var secrets = Secrets()
            for account in accounts.all + [wrong] { secrets.add(password: account.password, user: account.user) }
            secrets.add(password: bindingSecret, user: DestinationService.client)
            var findings = Findings()

            try await DestinationService.with { service in
                service.server.setClient(DestinationService.client, secret: bindingSecret)
                for tenant in ["acme", "wrong"] { service.server.setTenant(tenant) }
                service.set(.basic(accounts.acme, port: servers.postfix.port), tenant: "acme")
                service.set(.basic(wrong, port: servers.postfix.port), tenant: "wrong")
                let site = try await ProductSite(authority: servers.authority)
                let own = try String(contentsOf: URL(filePath: servers.authority.certificate), encoding: .utf8)
                try await site.create(secret: "additional-cas", ["ca.crt": own + service.certificate])
                let certificate = try service.certificateBinding()
                secrets.add(privateKey: certificate["key"] ?? "")
                try await site.create(secret: "binding-x509", certificate)
                let entries = [
                    site.folder("local"),
                    try await service.bind(site, instance: "btp", secret: bindingSecret),
                    try await service.bind(site, instance: "refused", secret: "not-" + bindingSecret),
                    "      - name: x509\n        serviceCredentials:\n          secretName: binding-x509",
                ]
                try site.configure(
                    ProductSite.Configuration(
                        instances: entries.map { $0.replacing("          - name", with: "      - name") }
                            .joined(separator: "\n"),
                        defaultInstance: "local"
                    )
                )
                try site.write(.basic(accounts.globex, port: servers.postfix.port), name: "login")
                try site.write(
                    .oauth(accounts.shop, tokenURL: servers.authorization.tokenURL, port: servers.submission.port),
                    name: "token"
                )
                let manager = try ManagerServer(site, options: ["--log-level", "trace"])
                let relay = try RelayServer(site, options: ["--log-level", "trace"])
                let result: Result<Void, any Error>
                do {
                    try await relay.waitUntilReady()
                    try await relay.createPod()
                    try await relay.setReady(true)
                    try await Self.use(site, manager, relay, &findings)
                    for process in [relay.process, manager.process] {
                        // No memory of a crashed process is kept.
                        let limits = try String(
                            contentsOf: URL(filePath: "/proc/\(process.processID)/limits"),
                            encoding: .utf8
                        )
                        #expect(limits.contains(#/Max core file size +0 +0 /#))
                        try await Self.crash(process)
                    }
                    result = .success(())
                } catch {
                    result = .failure(error)
                }
                findings.add("the relay's output", relay.log)
                findings.add("the manager's output", manager.log)
                await relay.stop()
                await manager.process.stop()
                await site.remove()
                for token in service.server.issuedTokens { secrets.add(token: token, user: DestinationService.client) }
                try result.get()
            }
            let tokens = try await servers.authorization.issued().tokens
            try #require(!tokens.isEmpty)
            for token in tokens { secrets.add(token: token, user: accounts.shop.user) }

            for (place, text) in findings.texts {
                #expect(!text.isEmpty, "\(place): there is nothing to be searched")
                #expect(secrets.found(in: text).isEmpty, "\(place)")
            }
            // Proof that each spoke of what was to be hidden.
            let log = try #require(findings.texts["the relay's output"])
            for name in ["btp", "refused", "x509", "token", "login"] { #expect(log.contains(name), "\(name)") }
        }

        /// Has a process end as by a fault of its own.
        private static func crash(_ process: ChildProcess) async throws {
            process.signal(SIGABRT)
            // Where Swift's tools are, its runtime describes the crash first, for some seconds, and then goes on.
            try await eventually("the crash to be described", within: .seconds(60)) { () -> Void? in
                process.exitStatus != nil || process.errorOutput.contains("Backtrace took") ? () : nil
            }
            process.signal(SIGABRT)
            #expect(try await process.waitUntilExit() == .killed(signal: SIGABRT))
        }

        /// Has mail sent under every kind of login, and collects whatever can be read.
        private static func use(
            _ site: ProductSite,
            _ manager: ManagerServer,
            _ relay: RelayServer,
            _ findings: inout Findings
        ) async throws {
            let namespace = try await site.applicationNamespace()
            let resources: [(name: String, destination: String, instance: String, tenant: String?, code: String)] = [
                ("login", "login", "local", nil, "250"), ("token", "token", "local", nil, "250"),
                ("btp", MailDestination.name, "btp", "acme", "250"),
                ("x509", MailDestination.name, "x509", "acme", "250"),
                ("bad", MailDestination.name, "btp", "wrong", "451"),
                ("refused", MailDestination.name, "refused", nil, "451"),
            ]
            for (name, destination, instance, tenant, _) in resources {
                let resource = Destination(
                    name: name,
                    destination: destination,
                    tenants: tenant.map { "[\"\($0)\"]" },
                    spec: ["destinationServiceInstanceName: \(instance)"]
                )
                _ = try await site.kubectl.apply(resource, in: namespace)
            }
            for (name, _, _, _, code) in resources {
                let port = try await eventually("the port of \(name)", within: .seconds(60)) {
                    try await site.claims().first { $0.value.route.resource == name }?.key
                }
                let reply = try await eventually("\(name) to answer \(code)", within: .seconds(60)) { () -> String? in
                    let reply = try? await SMTPSession.envelopeReply(
                        port: port,
                        sender: Swaks.sender,
                        recipient: MailAccount.recipient()
                    )
                    return reply?.hasPrefix(code) == true ? reply : nil
                }
                findings.add("replies", reply)
            }
            for page in ["/metrics", "/routes", "/healthz", "/readyz"] {
                findings.add("the relay's pages", try await relay.page(page))
            }
            for page in ["/metrics", "/status", "/destinationCRs", "/healthz", "/readyz"] {
                findings.add("the manager's pages", try await manager.page(page))
            }
            for arguments in [
                ["get", "destinations,services,events", "-n", namespace, "-o", "yaml"],
                ["get", "services,events,leases,pods,networkpolicies", "-n", site.namespace, "-o", "yaml"],
            ] {
                findings.add("objects", try await site.kubectl.check(arguments))
            }
            let plugin = PluginSite(kubectl: site.kubectl)
            for arguments in [
                ["get", "-o", "wide"], ["describe", "bad"], ["describe", "refused"], ["describe", "btp", "-o", "json"],
                ["check", "--system-namespace", site.namespace],
                ["check", "--system-namespace", site.namespace, "-o", "json"],
            ] {
                let result = try await plugin.tproxy(arguments + ["-n", namespace])
                findings.add("the plugin", result.output + result.errorOutput)
            }
            // What a process was started with can be read by everybody on its machine.
            for process in [relay.process, manager.process] {
                for file in ["cmdline", "environ"] {
                    findings.add(
                        "arguments and variables",
                        try String(contentsOf: URL(filePath: "/proc/\(process.processID)/\(file)"), encoding: .utf8)
                    )
                }
            }
        }
    }
}
