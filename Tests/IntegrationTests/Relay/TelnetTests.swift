import Testing

extension WithMailServers.RelayTests {
    /// The documented use: a person's telnet session, with no greeting and no login.
    @Suite struct TelnetTests {
        @Test("The documented session, without tenants", arguments: Telnet.Pace.allCases)
        func dedicated(pace: Telnet.Pace) async throws {
            let servers = try MailServers.current
            let account = servers.accounts.shop
            let directory = try RelayDirectory.dedicated(.basic(account, port: servers.postfix.port))

            try await RelayProcess.run(directory, authority: servers.authority) { relay in
                try await Self.send(through: relay.port(), pace: pace, expecting: account)
            }
        }

        @Test(
            "The documented session for each tenant goes out with that tenant's login",
            arguments: Telnet.Pace.allCases
        )
        func shared(pace: Telnet.Pace) async throws {
            let servers = try MailServers.current
            let tenants = ["acme": servers.accounts.acme, "globex": servers.accounts.globex]
            let directory = try RelayDirectory.shared(
                tenants.mapValues { .basic($0, port: servers.postfix.port) }
            )

            try await RelayProcess.run(directory, authority: servers.authority, routes: 2) { relay in
                for (tenant, account) in tenants {
                    try await Self.send(through: relay.port("mail-dest-\(tenant)"), pace: pace, expecting: account)
                }
            }
        }

        private static func send(through port: Int, pace: Telnet.Pace, expecting account: MailAccount) async throws {
            let recipient = MailAccount.recipient()
            let session = Telnet.documentedSession(recipient: recipient)

            let result = try await Telnet.run(port: port, session: session, pace: pace)

            #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
            let message = try await MailServers.current.postfix.message(to: recipient)
            #expect(message.login == account.user)
            #expect(message.sender == "sender@transparentproxy.com")
            #expect(message.content == Telnet.storedMessage)
        }
    }
}
