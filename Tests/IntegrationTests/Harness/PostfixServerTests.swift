import Testing

/// Proof that the servers store what they are given and see who gives it, before the relay is judged by them.
extension WithMailServers {
    @Suite struct PostfixServerTests {
        @Test(
            "A message sent straight to the server is stored as it was, with its login",
            arguments: ["PLAIN", "LOGIN"]
        )
        func storesMessage(mechanism: String) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()
            let account = servers.accounts.acme

            let result = try await Swaks(port: servers.postfix.port, recipient: recipient)
                .overTLS(authority: servers.authority)
                .login(account, mechanism: mechanism)
                .send("Subject: hello\n\nFirst.\n.dot\n  indented  \nlast")

            #expect(result.succeeded, "\(result.output)")
            let message = try await servers.postfix.message(to: recipient)
            #expect(message.sender == Swaks.sender)
            #expect(message.content == "Subject: hello\n\nFirst.\n.dot\n  indented  \nlast\n")
            #expect(message.login == account.user)
            #expect(try await servers.postfix.login(for: message) == .init(mechanism: mechanism, user: account.user))
        }

        @Test("A wrong password is refused, and nothing is stored")
        func refusesWrongPassword() async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            let result = try await Swaks(port: servers.postfix.port, recipient: recipient)
                .overTLS(authority: servers.authority)
                .login(MailAccount("acme"), mechanism: "PLAIN")
                .send("Subject: no\n\nno")

            #expect(!result.succeeded)
            #expect(result.output.contains("535 5.7.8"))
            #expect(try await servers.postfix.hasNothing(for: recipient))
        }

        @Test("Nobody sends without a login, but where none is needed", arguments: [true, false])
        func requiresLogin(isOpen: Bool) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()
            let port = isOpen ? servers.postfix.openPort : servers.postfix.port

            let result = try await Swaks(port: port, recipient: recipient)
                .overTLS(authority: servers.authority)
                .send("Subject: open\n\nopen")

            #expect(result.succeeded == isOpen, "\(result.output)")
            if isOpen {
                #expect(try await servers.postfix.message(to: recipient).login == nil)
            } else {
                #expect(try await servers.postfix.hasNothing(for: recipient))
            }
        }

        @Test("What is stored is not overlooked")
        func findsWhatIsStored() async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            _ = try await Swaks(port: servers.postfix.openPort, recipient: recipient)
                .overTLS(authority: servers.authority)
                .send("Subject: here\n\nhere")

            #expect(try await !servers.postfix.hasNothing(for: recipient))
        }

        @Test("Another authority's certificate is not trusted")
        func otherAuthority() async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            let result = try await Swaks(port: servers.postfix.openPort, recipient: recipient)
                .overTLS(authority: TestCA())
                .send("Subject: no\n\nno")

            #expect(!result.succeeded)
            #expect(try await servers.postfix.hasNothing(for: recipient))
        }
    }
}
