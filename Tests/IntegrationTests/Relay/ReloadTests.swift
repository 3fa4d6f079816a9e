import Testing

extension WithMailServers.RelayTests {
    /// Files that change while the relay runs.
    @Suite struct ReloadTests {
        @Test("A changed destination serves the next mail, and another tenant's open session goes on")
        func changedDestination() async throws {
            let servers = try MailServers.current
            let accounts = servers.accounts
            let directory = try RelayDirectory.shared([
                "acme": .basic(accounts.acme, port: servers.postfix.port),
                "globex": .basic(accounts.globex, port: servers.postfix.port),
            ])

            try await RelayProcess.run(directory, authority: servers.authority, routes: 2) { relay in
                let port = try relay.port("mail-dest-acme")
                let other = try SMTPSession(port: relay.port("mail-dest-globex"))
                let recipient = MailAccount.recipient()
                _ = try await other.reply()
                #expect(try await other.command("MAIL FROM:<a@example.test>").hasPrefix("250"))
                #expect(try await other.command("RCPT TO:<\(recipient)>").hasPrefix("250"))
                #expect(try await other.command("DATA").hasPrefix("354"))
                #expect(try await Self.login(of: port) == accounts.acme.user)

                try directory.write(.basic(accounts.shop, port: servers.postfix.port), tenant: "acme")

                // Long before the two minutes for which a destination that didn't change is kept.
                try await eventually("mail with the new login") {
                    try await Self.login(of: port) == accounts.shop.user ? () : nil
                }
                #expect(try await other.command("Subject: open\r\n\r\nstill here\r\n.").hasPrefix("250"))
                let message = try await servers.postfix.message(to: recipient)
                #expect(message.login == accounts.globex.user)
                #expect(message.content == "Subject: open\n\nstill here\n")
            }
        }

        @Test("A new resource gets a port while the relay runs")
        func newResource() async throws {
            let servers = try MailServers.current
            let directory = try RelayDirectory.dedicated(.basic(servers.accounts.acme, port: servers.postfix.port))

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let port = try relay.port()
                try directory.addResource("another")
                try await relay.waitForRoutes(2)
                #expect(try await Self.login(of: relay.port("another")) == servers.accounts.acme.user)
                #expect(try await Self.login(of: port) == servers.accounts.acme.user)
            }
        }

        /// Sends a message, and tells who was logged in.
        private static func login(of port: Int) async throws -> String? {
            let recipient = MailAccount.recipient()
            let result = try await Swaks(port: port, recipient: recipient).send("Subject: who\n\nam I")
            guard result.succeeded else { return nil }
            return try await MailServers.current.postfix.message(to: recipient).login
        }
    }
}
