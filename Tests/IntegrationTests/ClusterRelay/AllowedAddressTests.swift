import Testing

extension WithMailServers.ClusterRelayTests {
    @Suite struct AllowedAddressTests {
        @Test("A mail server on loopback is refused until the configuration allows its address")
        func loopback() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            try await ClusterRun.perform(configuration: ProductSite.Configuration(allowedAddresses: [])) { run in
                try run.site.write(.basic(account, port: servers.postfix.port), tenant: "acme")
                let port = try await run.open(run.claim(tenant: "acme"))
                try await run.found(port)
                let reply = try await SMTPSession.envelopeReply(
                    port: port,
                    sender: "app@example.test",
                    recipient: MailAccount.recipient()
                )
                #expect(reply.hasPrefix("451 4.4.4 "), "\(reply)")
                #expect(reply.hasSuffix(": address not allowed"), "\(reply)")
                #expect(run.relay.log.contains("127.0.0.1 is loopback, relay.allowedAddresses can allow it"))

                try run.site.configure(ProductSite.Configuration())
                try await eventually("mail to go out", within: .seconds(60)) { () -> Void? in
                    let session = try SMTPSession(port: port)
                    _ = try await session.reply()
                    return try await ClusterRun.send(to: MailAccount.recipient(), over: session) == "250" ? () : nil
                }
            }
        }
    }
}
