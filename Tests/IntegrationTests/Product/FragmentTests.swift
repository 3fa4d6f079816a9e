import DestinationModel
import FoundationEssentials
import Kubernetes
import MailSink
import ObjectModel
import Testing

extension WithMailServers.ProductTests {
    /// What a Destination says of its destination besides the name, all the way to the mail server.
    @Suite struct FragmentTests {
        @Test("Level and fragment lead to the destination of that level, with the fragment laid over it")
        func levelAndFragment() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            try await DestinationService.with { service in
                service.server.setTenant("acme")
                // Of the same name on another level, with another login.
                service.set(.basic(accounts.globex, port: servers.postfix.port), name: "mail", tenant: "acme")
                service.server.setDestination(
                    MailDestination.basic(accounts.shop, port: servers.postfix.port).setting("Name", "mail").properties,
                    tenant: "acme",
                    isInstance: true
                )
                service.server.setFragment(
                    "europe",
                    ["mail.user": accounts.acme.user, "mail.password": accounts.acme.password],
                    tenant: "acme",
                    isInstance: true
                )
                try await ProductRun.perform { run in
                    let own = try String(contentsOf: URL(filePath: servers.authority.certificate), encoding: .utf8)
                    try await run.site.create(secret: "additional-cas", ["ca.crt": own + service.certificate])
                    try await run.site.configure(
                        .init(instances: service.bind(run.site, instance: "btp"), defaultInstance: "btp")
                    )
                    var mail = Destination(name: "mail", destination: "mail", level: "instance", tenants: #"["acme"]"#)
                    try await run.apply(mail)
                    try await run.site.waitUntilAvailable("mail", in: run.namespace)
                    #expect(try await run.telnet("mail-acme").login == accounts.shop.user)

                    mail.spec = ["fragmentRef: {name: europe, level: instance}"]
                    try await run.apply(mail)
                    let port = try await run.port("mail-acme")
                    try await eventually("mail by the fragment's login", within: .seconds(60)) {
                        try await run.login(of: port) == accounts.acme.user ? () : nil
                    }

                    mail.spec = ["fragmentRef: {name: asia, level: instance}"]
                    try await run.apply(mail)
                    try await eventually("the missing fragment to be told", within: .seconds(60)) { () -> Void? in
                        let object = try await run.site.client.get(.destinations, "mail", in: run.namespace)
                        let reason = object["status"]?["tenants"]?.arrayValue?.first?["reason"]?.stringValue
                        return reason == "ConfigurationError-ReferencedFragment-NotFound" ? () : nil
                    }
                }
            }
        }
    }
}
