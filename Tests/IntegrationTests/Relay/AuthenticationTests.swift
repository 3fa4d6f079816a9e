import Testing

extension WithMailServers.RelayTests {
    /// Every way to log in, as the server saw it.
    @Suite struct AuthenticationTests {
        @Test("A password, by the one mechanism that is allowed", arguments: ["PLAIN", "LOGIN"])
        func password(mechanism: String) async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let message = try await Self.send(
                .basic(account, port: servers.postfix.port).setting("mail.smtps.auth.mechanisms", mechanism)
            )
            #expect(message.login == account.user)
            #expect(try await servers.postfix.login(for: message) == .init(mechanism: mechanism, user: account.user))
        }

        @Test("A token, by the one mechanism that is allowed", arguments: ["XOAUTH2", "OAUTHBEARER"])
        func token(mechanism: String) async throws {
            let servers = try MailServers.current
            let account = try #require(servers.accounts.mechanisms[mechanism])
            let message = try await Self.send(
                .oauth(account, tokenURL: servers.authorization.tokenURL, port: servers.submission.port)
                    .setting("mail.smtps.auth.mechanisms", mechanism)
            )
            #expect(message.login == account.user)
            #expect(servers.submission.mechanisms(of: account) == [mechanism])
        }

        @Test("A token of the tenant's own authorization server")
        func tenantToken() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let tenant = "tenant-" + MailAccount.random()
            let message = try await Self.send(
                .oauth(account, tokenURL: servers.authorization.commonTokenURL, port: servers.submission.port),
                tenant: tenant
            )
            #expect(message.login == account.user)
            #expect(try await servers.authorization.issued().paths.contains("/\(tenant)/oauth/token"))
        }

        @Test("No login where none is needed")
        func none() async throws {
            let servers = try MailServers.current
            let message = try await Self.send(.open(port: servers.postfix.openPort))
            #expect(message.login == nil)
        }

        /// Sends a message through a relay that has this one destination.
        private static func send(_ destination: MailDestination, tenant: String? = nil) async throws -> StoredMessage {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()
            let directory =
                if let tenant {
                    try RelayDirectory.shared([tenant: destination])
                } else {
                    try RelayDirectory.dedicated(destination)
                }
            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let port = try relay.port(tenant.map { "mail-dest-\($0)" } ?? "mail-dest")
                let result = try await Swaks(port: port, recipient: recipient).send("Subject: login\n\nhello")
                #expect(result.succeeded, "\(result.output)\n\(relay.log)")
            }
            return try await servers.postfix.message(to: recipient)
        }
    }
}
