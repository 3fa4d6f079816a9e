import Testing

extension WithMailServers.RelayTests {
    /// Exim's limits, of which it tells in plain text on the port for TLS.
    @Suite struct EximLimitTests {
        @Test("A refusal before TLS is a reply of the mail server's, and mail passes when it ends")
        func connections() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let exim = try await EximServer(authority: servers.authority, account: account, maxConnections: 1)
            do {
                try await Self.run(.basic(account, port: exim.port), exim)
            } catch {
                await exim.stop()
                throw error
            }
            await exim.stop()
        }

        private static func run(_ destination: MailDestination, _ exim: EximServer) async throws {
            let recipient = MailAccount.recipient()
            let authority = try MailServers.current.authority
            try await RelayProcess.run(try .dedicated(destination), authority: authority) { relay in
                let holding = try SMTPSession(port: exim.port)
                let client = try SMTPSession(port: try relay.port())
                try client.send("MAIL FROM:<a@example.org>\r\nRCPT TO:<\(recipient)>\r\n")
                try await eventually("the refusal") { () -> Void? in
                    relay.log.contains("refuses the session: 421 Too many concurrent SMTP connections") ? () : nil
                }
                #expect(!relay.log.contains("did not answer with TLS"))
                withExtendedLifetime(holding) {}
            }
            // The held connection is closed: there is room again.
            try await RelayProcess.run(try .dedicated(destination), authority: authority) { relay in
                try await eventually("a recipient to be accepted", within: .seconds(60)) { () -> Void? in
                    let reply = try await SMTPSession.envelopeReply(
                        port: try relay.port(),
                        sender: "a@example.org",
                        recipient: recipient
                    )
                    return reply.hasPrefix("250") ? () : nil
                }
            }
        }
    }
}
