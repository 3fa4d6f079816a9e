import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

extension WithMailServers.ProductTests {
    /// Only what is changed moves.
    @Suite struct ChangeTests {
        @Test("Tenants, port, destination, credentials and instance change under another tenant's open message")
        func changes() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            try await ProductRun.perform { run in
                for tenant in ["acme", "globex"] {
                    try run.site.write(.basic(accounts.acme, port: servers.postfix.port), tenant: tenant)
                    try run.site.write(
                        .basic(accounts.shop, port: servers.postfix.port),
                        name: "second",
                        tenant: tenant
                    )
                }
                try run.site.write(
                    .basic(accounts.acme, port: servers.postfix.port),
                    name: "second",
                    tenant: "acme",
                    folder: "others"
                )
                try run.site.configure(
                    .init(instances: run.site.folder(ProductSite.instance) + "\n" + run.site.folder("other", "others"))
                )
                var mail = Destination(name: "mail", destination: MailDestination.name, tenants: #"["acme"]"#)
                let other = Destination(name: "other", destination: MailDestination.name, tenants: #"["globex"]"#)
                try await run.apply(mail)
                try await run.apply(other)
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                try await run.site.waitUntilAvailable("other", in: run.namespace)
                let port = try await run.port("mail-acme")
                let untouched = try await run.versions(besides: "mail-acme", "mail-globex")

                // Another tenant in the midst of a message, all the while.
                let recipient = MailAccount.recipient()
                let session = try await SMTPSession(port: run.port("other-globex"))
                _ = try await session.reply()
                for (command, code) in [
                    ("MAIL FROM:<a@example.test>", "250"), ("RCPT TO:<\(recipient)>", "250"), ("DATA", "354"),
                ] { #expect(try await session.command(command).hasPrefix(code)) }

                // A tenant more: the first one's port stays.
                mail.tenants = #"["acme", "globex"]"#
                try await run.apply(mail)
                let second = try await run.port("mail-globex")
                #expect(try await run.port("mail-acme") == port)

                // Another port of the Service: the relay's stays.
                mail.spec = ["service: {port: 2465}"]
                try await run.apply(mail)
                try await eventually("the Service's new port", within: .seconds(60)) { () -> Void? in
                    try await run.servicePort(ofRelay: port) == 2465 ? () : nil
                }
                #expect(try await run.port("mail-acme") == port)
                #expect(try await run.login(of: port) == accounts.acme.user)

                // Another destination.
                mail.destination = "second"
                try await run.apply(mail)
                try await eventually("mail by the second destination", within: .seconds(60)) {
                    try await run.login(of: port) == accounts.shop.user ? () : nil
                }

                // Other credentials.
                try run.site.write(.basic(accounts.globex, port: servers.postfix.port), name: "second", tenant: "acme")
                try await eventually("mail with the new credentials", within: .seconds(60)) {
                    try await run.login(of: port) == accounts.globex.user ? () : nil
                }
                #expect(try await run.login(of: second) == accounts.shop.user)

                // Another instance: only its own folder has this destination with that login.
                mail.spec.append("destinationServiceInstanceName: other")
                try await run.apply(mail)
                try await eventually("mail by the other instance", within: .seconds(60)) {
                    try await run.login(of: port) == accounts.acme.user ? () : nil
                }
                #expect(try await run.port("mail-acme") == port)

                // A tenant less: its Service goes, and its port takes no connections.
                mail.tenants = #"["acme"]"#
                try await run.apply(mail)
                try await eventually("the tenant's port to be closed", within: .seconds(60)) {
                    (try? SMTPSession(port: second)) == nil ? () : nil
                }
                #expect(try await run.site.relayPort(of: "mail-globex", in: run.namespace) == nil)
                #expect(try await run.site.claims()[second]?.isServed == false)

                #expect(try await session.command("Subject: open\r\n\r\nstill here\r\n.").hasPrefix("250"))
                #expect(try await servers.postfix.message(to: recipient).login == accounts.acme.user)
                #expect(try await run.versions(besides: "mail-acme", "mail-globex") == untouched)
            }
        }
    }
}
