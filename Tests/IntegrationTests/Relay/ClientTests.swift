import Testing

extension WithMailServers.RelayTests {
    /// Programs that send mail, each in its own way.
    @Suite struct ClientTests {
        private static let message = "Subject: hello\n\nFirst.\n.dot\n..dots\n  indented  \nlast"

        @Test("swaks, waiting for each reply and not", arguments: [false, true])
        func swaks(isPipelining: Bool) async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let recipient = MailAccount.recipient()
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let swaks = try Swaks(port: relay.port(), recipient: recipient)
                let result = try await (isPipelining ? swaks.pipelining() : swaks).send(Self.message)
                #expect(result.succeeded, "\(result.output)")
            }

            let message = try await servers.postfix.message(to: recipient)
            #expect(message.login == account.user)
            #expect(message.sender == Swaks.sender)
            #expect(message.content == Self.message + "\n")
        }

        @Test("Python's smtplib, with two recipients and a message of a few megabytes")
        func smtplib() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let recipients = [MailAccount.recipient(), MailAccount.recipient()]
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))
            // Dots at the start of lines, everywhere that buffers may end.
            let lines = (0..<40_000).map {
                String(repeating: ".", count: $0 % 3) + String(repeating: "x", count: $0 % 150)
            }
            let text = "Subject: large\n\n" + lines.joined(separator: "\n") + "\n"

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let result = try await SMTPLib(port: relay.port(), recipients: recipients).send(text)
                #expect(result.succeeded, "\(result.errorOutput)")
            }

            for recipient in recipients {
                let message = try await servers.postfix.message(to: recipient)
                #expect(message.login == account.user)
                #expect(message.sender == SMTPLib.sender)
                // Not compared inside the macro, which would print both.
                let isWhole = message.content == text
                #expect(isWhole)
            }
        }

        @Test("Tenants that send at the same time each send as themselves")
        func concurrentTenants() async throws {
            let servers = try MailServers.current
            let accounts = ["acme": servers.accounts.acme, "globex": servers.accounts.globex]
            let directory = try RelayDirectory.shared(
                accounts.mapValues { .basic($0, port: servers.postfix.port) }
            )
            let mails = accounts.keys.flatMap { tenant in (0..<10).map { _ in (tenant, MailAccount.recipient()) } }

            try await RelayProcess.run(directory, authority: servers.authority, routes: 2) { relay in
                try await withThrowingTaskGroup { group in
                    for (tenant, recipient) in mails {
                        let port = try relay.port("mail-dest-\(tenant)")
                        group.addTask {
                            let result = try await Swaks(port: port, recipient: recipient).send(
                                "Subject: \(tenant)\n\n"
                            )
                            #expect(result.succeeded, "\(result.output)")
                        }
                    }
                    try await group.waitForAll()
                }
            }

            for (tenant, recipient) in mails {
                let message = try await servers.postfix.message(to: recipient)
                #expect(message.login == accounts[tenant]?.user)
                #expect(message.content.hasPrefix("Subject: \(tenant)\n"))
            }
        }
    }
}
