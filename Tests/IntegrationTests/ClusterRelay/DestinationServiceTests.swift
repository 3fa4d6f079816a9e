import FoundationEssentials
import Kubernetes
import MailSink
import RelayRoutes
import Testing

extension WithMailServers.ClusterRelayTests {
    /// Destinations from the stand-in for BTP's Destination service.
    @Suite struct DestinationServiceTests {
        @Test("Each tenant's mail goes out with that tenant's login", arguments: DestinationService.Form.allCases)
        func logins(form: DestinationService.Form) async throws {
            let servers = try MailServers.current
            let tenants = ["acme": servers.accounts.acme, "globex": servers.accounts.globex]
            try await DestinationService.with { service in
                for (tenant, account) in tenants {
                    service.server.setTenant(tenant)
                    service.set(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                service.set(.basic(servers.accounts.shop, port: servers.postfix.port))
                try await ClusterRun.perform(trusting: service.certificate) { site in
                    try await service.bind(site, instance: "btp", form)
                } _: { run in
                    let senders = tenants.map { (Optional($0.key), $0.value) } + [(nil, servers.accounts.shop)]
                    var ports: [Int] = []
                    for (tenant, _) in senders {
                        ports.append(try await run.open(run.claim(tenant: tenant, instance: "btp")))
                    }
                    for port in ports { try await run.found(port) }
                    try await run.waitForMetric(#"tproxy_relay_instance_usable{instance="btp"}"#, 1)
                    try await run.waitForMetric(#"tproxy_relay_destinations_cached{instance="btp",state="kept"}"#, 3)
                    let lookups = #"tproxy_relay_service_lookups_total{instance="btp",result="found"}"#
                    let before = try await run.metric(lookups)
                    for (port, sender) in zip(ports, senders) {
                        #expect(try await run.login(of: port) == sender.1.user)
                    }
                    // Mail takes what is known: nobody is asked for each.
                    #expect(try await run.metric(lookups) == before)
                    // Nothing that is secret is told to anybody.
                    let pages = try await run.relay.page("/routes") + run.relay.page("/metrics") + run.relay.log
                    for secret in ["hunter2", servers.accounts.acme.password, "PRIVATE KEY"] {
                        #expect(!pages.contains(secret))
                    }
                }
            }
        }

        @Test("A token that comes with the destination logs in, and no other is asked for")
        func tokenOfTheService() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let token = try await servers.authorization.token(of: account, trusting: servers.authority)
            // Nobody answers there.
            let destination = MailDestination.oauth(
                account,
                tokenURL: "https://localhost:1/oauth/token",
                port: servers.submission.port
            )
            try await DestinationService.with { service in
                service.server.setDestination(
                    destination.setting("Name", MailDestination.name).properties,
                    authTokens: #"[{"type":"Bearer","value":"\#(token)","expires_in":"3600"}]"#
                )
                try await ClusterRun.perform(trusting: service.certificate) { site in
                    try await service.bind(site, instance: "btp")
                } _: { run in
                    let port = try await run.open(run.claim(instance: "btp"))
                    try await run.found(port)
                    #expect(try await run.login(of: port) == account.user)
                }
            }
        }

        @Test("Each failure has its reason and its reply, and is mended without any mail")
        func failures() async throws {
            let servers = try MailServers.current
            let destination = MailDestination.basic(servers.accounts.acme, port: servers.postfix.port)
            try await DestinationService.with { service in
                service.server.setTenant("acme")
                service.server.setTenant("idle", isSubscribed: false)
                service.set(destination.setting("Type", "HTTP"), name: "web", tenant: "acme")
                try await ClusterRun.perform(trusting: service.certificate) { site in
                    try await service.bind(site, instance: "btp")
                } _: { run in
                    let table = [
                        ("acme", "missing", "btp", "ReferencedDestination-NotFound", "there is no such destination"),
                        ("acme", "web", "btp", "ReferencedDestination-TypeNotSupported", "not of type MAIL"),
                        ("nobody", "mail", "btp", "Tenant-NotFound", "there is no such tenant"),
                        ("idle", "mail", "btp", "Tenant-NotSubscribed", "the tenant is not subscribed"),
                        ("acme", "mail", "other", "DestinationServiceInstance-NotFound", "there is no such instance"),
                    ]
                    var ports: [String: Int] = [:]
                    for (tenant, name, instance, reason, text) in table {
                        let claim = try run.claim(tenant: tenant, destination: name, instance: instance)
                        let port = try await run.open(claim)
                        let message = try await run.failed(port, "ConfigurationError-" + reason)
                        #expect(message.contains(text))
                        let reply = try await SMTPSession.envelopeReply(
                            port: port,
                            sender: "a@b.test",
                            recipient: "c@d.test"
                        )
                        #expect(reply.hasPrefix("451 4.3.5 mail (destination \(name), tenant \(tenant)): "))
                        #expect(reply.contains(text))
                        ports[reason] = port
                    }
                    // Made later; nobody sends anything.
                    service.set(destination, name: "missing", tenant: "acme")
                    service.server.setTenant("nobody")
                    service.server.setTenant("idle")
                    for tenant in ["nobody", "idle"] { service.set(destination, name: "mail", tenant: tenant) }
                    for reason in ["ReferencedDestination-NotFound", "Tenant-NotFound", "Tenant-NotSubscribed"] {
                        try await run.found(try #require(ports[reason]), within: .seconds(120))
                    }
                }
            }
        }

        /// A relay that has found the destination of one tenant, acme, and knows nothing of another's, globex.
        private static func withKnownTenant(
            _ body: (_ service: DestinationService, _ run: ClusterRun, _ known: Int) async throws -> Void
        ) async throws {
            let servers = try MailServers.current
            try await DestinationService.with { service in
                for (tenant, account) in ["acme": servers.accounts.acme, "globex": servers.accounts.globex] {
                    service.server.setTenant(tenant)
                    service.set(.basic(account, port: servers.postfix.port), tenant: tenant)
                }
                try await ClusterRun.perform(trusting: service.certificate) { site in
                    try await service.bind(site, instance: "btp")
                } _: { run in
                    let known = try await run.open(run.claim(tenant: "acme", instance: "btp"))
                    try await run.found(known)
                    try await body(service, run, known)
                }
            }
        }

        /// Expects an application to hear this.
        private static func expectReply(of port: Int, _ message: String) async throws {
            let reply = try await SMTPSession.envelopeReply(port: port, sender: "a@b.test", recipient: "c@d.test")
            #expect(reply.hasPrefix("451 4.3.5 mail (destination \(MailDestination.name), tenant globex): "))
            #expect(reply.contains(message), "\(reply)\n\(message)")
        }

        @Test("While the service is down mail flows on; new routes say that it is, and are served when it's back")
        func outage() async throws {
            let accounts = try MailServers.current.accounts
            try await Self.withKnownTenant { service, run, known in
                service.server.fail(.destination, .answer(status: 500))
                service.server.fail(.token, .answer(status: 500))
                let new = try await run.open(run.claim(tenant: "globex", instance: "btp"))
                let message = try await run.failed(new, "ConfigurationError-DestinationService-NotReachable")
                #expect(message.contains("can't be reached"))
                try await Self.expectReply(of: new, "can't be reached")
                #expect(try await run.login(of: known) == accounts.acme.user)
                #expect(try await run.report(known)?.lookup == .found)
                service.server.mend()
                try await run.found(new, within: .seconds(120))
                #expect(try await run.login(of: new) == accounts.globex.user)
            }
        }

        @Test("A binding that is revoked says so, and one that is rotated is used at once")
        func rotation() async throws {
            let accounts = try MailServers.current.accounts
            try await Self.withKnownTenant { service, run, known in
                service.server.setClient(DestinationService.client, secret: "another")
                service.server.revokeTokens()
                let new = try await run.open(run.claim(tenant: "globex", instance: "btp"))
                let message = try await run.failed(new, "ConfigurationError-DestinationService-CredentialsRefused")
                #expect(message.contains("renew the binding"))
                try await Self.expectReply(of: new, "renew the binding")
                #expect(try await run.login(of: known) == accounts.acme.user)
                _ = try await service.bind(run.site, instance: "btp", secret: "another")
                try await run.found(new, within: .seconds(60))
                #expect(try await run.login(of: new) == accounts.globex.user)
                #expect(try await run.report(known)?.lookup == .found)
            }
        }

        @Test("A Secret that is missing or of no use says what to do, and serves once it is mended")
        func badSecrets() async throws {
            let servers = try MailServers.current
            try await DestinationService.with { service in
                service.server.setTenant("acme")
                service.set(.basic(servers.accounts.acme, port: servers.postfix.port), tenant: "acme")
                let entry = """
                          - name: btp
                            serviceCredentials:
                              secretName: binding-btp
                    """
                try await ClusterRun.perform(trusting: service.certificate) { _ in
                    entry
                } _: { run in
                    let port = try await run.open(run.claim(tenant: "acme", instance: "btp"))
                    let reason = "ConfigurationError-DestinationService-NotReachable"
                    try await eventually("the missing Secret to be reported") { () -> Void? in
                        try await run.failed(port, reason).contains("there is no Secret") ? () : nil
                    }
                    try await run.waitForMetric(#"tproxy_relay_instance_usable{instance="btp"}"#, 0)
                    try await run.site.create(secret: "binding-btp", ["clientid": "x"])
                    try await eventually("the useless Secret to be reported") { () -> Void? in
                        try await run.failed(port, reason).contains("the service binding lacks") ? () : nil
                    }
                    // Nobody is there to be asked for the passphrase of a key.
                    var fields = try service.certificateBinding()
                    fields["key"] = try await ProcessRunner.run(
                        ["/usr/bin/openssl", "pkcs8", "-topk8", "-passout", "pass:hunter2"],
                        input: fields["key"] ?? ""
                    ).output
                    #expect(fields["key"]?.contains("ENCRYPTED") == true)
                    try await run.site.create(secret: "binding-btp", fields)
                    try await eventually("the encrypted key to be reported") { () -> Void? in
                        try await run.failed(port, reason).contains("must be unencrypted") ? () : nil
                    }
                    try await run.site.client.delete(.secrets, "binding-btp", in: run.site.namespace)
                    _ = try await service.bind(run.site, instance: "btp", .multiKey)
                    try await run.found(port)
                    try await run.waitForMetric(#"tproxy_relay_instance_usable{instance="btp"}"#, 1)
                    // What works isn't taken away by a slip.
                    try await run.site.create(secret: "binding-btp", fields)
                    try await run.waitForMetric(#"tproxy_relay_instance_usable{instance="btp"}"#, 0)
                    #expect(try await run.login(of: port) == servers.accounts.acme.user)
                    try await run.site.client.delete(.secrets, "binding-btp", in: run.site.namespace)
                    try await run.waitForMetric(#"tproxy_relay_instance_usable{instance="btp"}"#, 0)
                    #expect(try await run.report(port)?.lookup == .found)
                    #expect(try await run.login(of: port) == servers.accounts.acme.user)
                }
            }
        }

        @Test("An instance is added and removed by the configuration, and the others don't notice")
        func configuration() async throws {
            let servers = try MailServers.current
            try await DestinationService.with { service in
                service.server.setTenant("acme")
                service.set(.basic(servers.accounts.acme, port: servers.postfix.port), tenant: "acme")
                service.set(.basic(servers.accounts.shop, port: servers.postfix.port))
                try await ClusterRun.perform(trusting: service.certificate) { site in
                    try await service.bind(site, instance: "one", .multiKey)
                } _: { run in
                    let one = try await run.open(run.claim(instance: "one"))
                    try await run.found(one)
                    let session = try SMTPSession(port: one)
                    _ = try await session.reply()
                    let two = try await run.open(run.claim(tenant: "acme", instance: "two"))
                    try await run.failed(two, "ConfigurationError-DestinationServiceInstance-NotFound")

                    let entries =
                        try await [service.bind(run.site, instance: "one", .multiKey)]
                        + [service.bind(run.site, instance: "two")]
                    try run.site.configure(
                        ProductSite.Configuration(
                            instances: entries.joined(separator: "\n"),
                            defaultInstance: nil,
                            sessions: 3
                        )
                    )
                    try await run.found(two)
                    #expect(try await run.login(of: two) == servers.accounts.acme.user)
                    // A pool that is made from now on has the new bound.
                    let cap = #"tproxy_upstream_session_cap{namespace="shop",destination="mail",tenant="acme"}"#
                    #expect(try await run.metric(cap) == 3)

                    try run.site.configure(ProductSite.Configuration(instances: entries[0], defaultInstance: nil))
                    try await run.failed(two, "ConfigurationError-DestinationServiceInstance-NotFound")
                    let recipient = MailAccount.recipient()
                    #expect(try await ClusterRun.send(to: recipient, over: session) == "250")
                    #expect(try await servers.postfix.message(to: recipient).login == servers.accounts.shop.user)
                }
            }
        }

        @Test("Additional authorities that come later are trusted from then on")
        func authorities() async throws {
            let servers = try MailServers.current
            try await DestinationService.with { service in
                service.server.setTenant("acme")
                service.set(.basic(servers.accounts.acme, port: servers.postfix.port), tenant: "acme")
                try await ClusterRun.perform { site in
                    try await service.bind(site, instance: "btp")
                } _: { run in
                    let port = try await run.open(run.claim(tenant: "acme", instance: "btp"))
                    try await run.failed(port, "ConfigurationError-DestinationService-NotReachable")
                    let own = try String(contentsOf: URL(filePath: servers.authority.certificate), encoding: .utf8)
                    try await run.site.create(secret: "additional-cas", ["ca.crt": own + service.certificate])
                    try await run.found(port, within: .seconds(120))
                    #expect(try await run.login(of: port) == servers.accounts.acme.user)
                    // Rubbish in their place changes nothing.
                    try await run.site.create(secret: "additional-cas", ["ca.crt": "rubbish"])
                    try await eventually("the rubbish to be reported") { () -> Void? in
                        run.relay.log.contains("additional CAs can't be used") ? () : nil
                    }
                    #expect(try await run.login(of: port) == servers.accounts.acme.user)
                }
            }
        }
    }
}
