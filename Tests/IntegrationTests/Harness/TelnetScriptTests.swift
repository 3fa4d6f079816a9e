import Testing

extension WithMailServers {
    /// Proof that the typist types: a server that takes the session as it is stores what was typed.
    @Suite struct TelnetScriptTests {
        @Test(arguments: Telnet.Pace.allCases)
        func typesTheSession(pace: Telnet.Pace) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            // Postfix itself asks for a greeting and takes blank lines for errors, which it answers and forgives.
            let session = Telnet.documentedSession(recipient: recipient)
            let result = try await Telnet.run(port: servers.postfix.plainPort, session: session, pace: pace)

            #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
            let message = try await servers.postfix.message(to: recipient)
            #expect(message.sender == "sender@transparentproxy.com")
            #expect(message.content == Telnet.storedMessage)
        }

        @Test("A refused session doesn't pass for an accepted one", arguments: Telnet.Pace.allCases)
        func noticesRefusal(pace: Telnet.Pace) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            // This port wants a login.
            let session = Telnet.documentedSession(recipient: recipient)
            let result = try await Telnet.run(
                port: servers.postfix.backendPort,
                session: session,
                pace: pace,
                patience: 3
            )

            #expect(!result.succeeded)
            #expect(try await servers.postfix.hasNothing(for: recipient))
        }
    }
}
