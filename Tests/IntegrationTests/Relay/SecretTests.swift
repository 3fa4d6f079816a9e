import Testing

extension WithMailServers.RelayTests {
    /// What the relay tells about itself.
    @Suite struct SecretTests {
        @Test("No password, client secret or token is in the log or the metrics, at the most verbose level")
        func staysSilent() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            let wrong = MailAccount("acme")
            let directory = try RelayDirectory.shared([
                "plain": .basic(accounts.acme, port: servers.postfix.port)
                    .setting("mail.smtps.auth.mechanisms", "PLAIN"),
                "login": .basic(accounts.globex, port: servers.postfix.port)
                    .setting("mail.smtps.auth.mechanisms", "LOGIN"),
                "wrong": .basic(wrong, port: servers.postfix.port),
                "token": .oauth(
                    accounts.shop,
                    tokenURL: servers.authorization.tokenURL,
                    port: servers.submission.port
                ),
            ])
            var secrets = Secrets()
            for account in accounts.all + [wrong] { secrets.add(password: account.password, user: account.user) }

            let (log, metrics) = try await RelayProcess.run(
                directory,
                authority: servers.authority,
                logLevel: "trace",
                routes: 4
            ) { relay in
                for tenant in ["plain", "login", "token", "wrong"] {
                    let reply = try await SMTPSession.envelopeReply(
                        port: relay.port("mail-dest-\(tenant)"),
                        sender: Swaks.sender,
                        recipient: MailAccount.recipient()
                    )
                    #expect(reply.hasPrefix(tenant == "wrong" ? "451" : "250"), "\(tenant): \(reply)")
                }
                return try await (relay.log + relay.process.output, relay.metrics())
            }

            let tokens = try await servers.authorization.issued().tokens
            try #require(!tokens.isEmpty)
            for token in tokens { secrets.add(token: token, user: accounts.shop.user) }
            #expect(secrets.found(in: log).isEmpty)
            #expect(secrets.found(in: metrics).isEmpty)
            // Proof that both were there to be searched.
            #expect(log.contains(MailDestination.name))
            #expect(metrics.contains("# TYPE"))
        }
    }
}
