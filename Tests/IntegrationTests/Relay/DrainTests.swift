import Glibc
import Testing

extension WithMailServers.RelayTests {
    /// The end of a relay.
    @Suite struct DrainTests {
        @Test("On SIGTERM a message on its way arrives, idle clients hear 421, and nobody new is let in")
        func drains() async throws {
            let servers = try MailServers.current
            let account = servers.accounts.acme
            let recipient = MailAccount.recipient()
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                let port = try relay.port()
                let idle = try SMTPSession(port: port)
                #expect(try await idle.reply().hasPrefix("220"))
                let busy = try SMTPSession(port: port)
                #expect(try await busy.reply().hasPrefix("220"))
                #expect(try await busy.command("MAIL FROM:<a@example.test>").hasPrefix("250"))
                #expect(try await busy.command("RCPT TO:<\(recipient)>").hasPrefix("250"))
                #expect(try await busy.command("DATA").hasPrefix("354"))
                try busy.send("Subject: last\r\n\r\nfirst half\r\n")

                relay.process.signal(SIGTERM)

                #expect(try await idle.reply().hasPrefix("421"))
                try await idle.waitUntilClosed()
                _ = try await eventually("new connections to be refused") {
                    (try? SMTPSession(port: port)) == nil ? true : nil
                }
                #expect(relay.process.exitStatus == nil)
                #expect(try await busy.command("second half\r\n.").hasPrefix("250"))
                #expect(try await relay.process.waitUntilExit() == .exited(0))
            }

            let message = try await servers.postfix.message(to: recipient)
            #expect(message.login == account.user)
            #expect(message.content == "Subject: last\n\nfirst half\nsecond half\n")
        }
    }
}
