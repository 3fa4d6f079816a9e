import Testing

extension WithMailServers.RelayTests {
    /// What the application hears when the mail server can't be had. Nothing may be stored then.
    @Suite struct FailureTests {
        @Test("A wrong password")
        func wrongPassword() async throws {
            let servers = try MailServers.current
            try await Self.expect(
                "451 4.7.0",
                from: .basic(MailAccount("acme"), port: servers.postfix.port),
                authority: servers.authority
            )
        }

        @Test("A wrong client secret")
        func wrongClientSecret() async throws {
            let servers = try MailServers.current
            try await Self.expect(
                "451 4.7.0",
                from: .oauth(
                    MailAccount("acme"),
                    tokenURL: servers.authorization.tokenURL,
                    port: servers.submission.port
                ),
                authority: servers.authority
            )
        }

        @Test("A certificate of an authority that isn't trusted")
        func wrongAuthority() async throws {
            let servers = try MailServers.current
            try await Self.expect(
                "451 4.7.5",
                from: .basic(servers.accounts.acme, port: servers.postfix.port),
                authority: TestCA()
            )
        }

        @Test("A server that isn't there")
        func serverDown() async throws {
            let servers = try MailServers.current
            try await Self.expect(
                "451 4.4.1",
                from: .basic(servers.accounts.acme, port: LoopbackPorts.free()),
                authority: servers.authority
            )
        }

        @Test("A destination that no file describes")
        func noDestination() async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()
            let directory = try RelayDirectory.shared([
                "acme": .basic(servers.accounts.acme, port: servers.postfix.port)
            ])
            try directory.addResource("other", destination: "nowhere")

            try await RelayProcess.run(directory, authority: servers.authority, routes: 2) { relay in
                let reply = try await Self.reply(of: relay.port("other"), recipient: recipient)
                #expect(reply.hasPrefix("451 4.3.5"), "\(reply)")
            }
        }

        private static func expect(
            _ code: String,
            from destination: MailDestination,
            authority: TestCA,
            sourceLocation: SourceLocation = #_sourceLocation
        ) async throws {
            let recipient = MailAccount.recipient()
            let directory = try RelayDirectory.dedicated(destination)
            try await RelayProcess.run(directory, authority: authority) { relay in
                let reply = try await Self.reply(of: relay.port(), recipient: recipient)
                #expect(reply.hasPrefix(code), "\(reply)", sourceLocation: sourceLocation)
                #expect(reply.contains(MailDestination.name), "\(reply)", sourceLocation: sourceLocation)
            }
            let hasNothing = try await MailServers.current.postfix.hasNothing(for: recipient)
            #expect(hasNothing, sourceLocation: sourceLocation)
        }

        private static func reply(of port: Int, recipient: String) async throws -> String {
            try await SMTPSession.envelopeReply(port: port, sender: Swaks.sender, recipient: recipient)
        }
    }
}
