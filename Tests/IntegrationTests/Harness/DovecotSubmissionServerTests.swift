import FoundationEssentials
import Testing

extension WithMailServers {
    @Suite struct DovecotSubmissionServerTests {
        @Test("A token's user sends, and the message is stored with that login", arguments: ["XOAUTH2", "OAUTHBEARER"])
        func acceptsToken(mechanism: String) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()
            let account = servers.accounts.globex

            let token = try await Self.token(for: account, from: servers)
            let result = try await SMTPLib(port: servers.submission.port, recipients: [recipient])
                .overTLS(authority: servers.authority)
                .login(account.user, token: token, mechanism: mechanism)
                .send("Subject: token\n\nhello\n")

            #expect(result.succeeded, "\(result.errorOutput)")
            let message = try await servers.postfix.message(to: recipient)
            #expect(message.login == account.user)
            #expect(message.content == "Subject: token\n\nhello\n")
            #expect(servers.submission.mechanisms(of: account).contains(mechanism))
        }

        @Test("An unknown token is refused, and nothing is stored", arguments: ["XOAUTH2", "OAUTHBEARER"])
        func refusesUnknownToken(mechanism: String) async throws {
            let servers = try MailServers.current
            let recipient = MailAccount.recipient()

            let result = try await SMTPLib(port: servers.submission.port, recipients: [recipient])
                .overTLS(authority: servers.authority)
                .login(servers.accounts.globex.user, token: MailAccount.random(), mechanism: mechanism)
                .send("Subject: no\n\nno\n")

            #expect(!result.succeeded)
            #expect(result.errorOutput.contains("SMTPAuthenticationError"))
            #expect(try await servers.postfix.hasNothing(for: recipient))
        }

        @Test("A wrong client secret gets no token")
        func refusesWrongSecret() async throws {
            let servers = try MailServers.current
            await #expect(throws: (any Error).self) {
                try await Self.token(for: MailAccount("globex"), from: servers)
            }
        }

        private static func token(for account: MailAccount, from servers: MailServers) async throws -> String {
            struct Grant: Decodable {
                let accessToken: String

                enum CodingKeys: String, CodingKey {
                    case accessToken = "access_token"
                }
            }
            let directory = try TemporaryDirectory()
            let options = try directory.write(
                """
                cacert = "\(servers.authority.certificate)"
                user = "\(account.user):\(account.password)"
                data = "grant_type=client_credentials"
                url = "\(servers.authorization.tokenURL)"
                """,
                to: "curl"
            )
            let answer = try await ProcessRunner.check(
                ["/usr/bin/curl", "--silent", "--fail", "--noproxy", "*", "--config", options]
            )
            return try JSONDecoder().decode(Grant.self, from: Data(answer.utf8)).accessToken
        }
    }
}
