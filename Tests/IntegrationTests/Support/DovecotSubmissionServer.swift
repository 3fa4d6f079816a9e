import Glibc

/// A Dovecot submission server with implicit TLS whose users log in with OAuth tokens only (XOAUTH2, OAUTHBEARER).
///
/// It passes the mail on to a `PostfixServer`, telling it the login, where the message can be read.
final class DovecotSubmissionServer: Sendable {
    let port: Int
    private let directory: TemporaryDirectory
    private let server: Dovecot

    init(authority: TestCA, tokens: AuthorizationServer, backend: PostfixServer) async throws {
        let directory = try TemporaryDirectory()
        let port = try LoopbackPorts.free()
        self.directory = directory
        self.port = port
        // Dovecot calls its plugin's settings "active" and "username" after the members of RFC 7662's answer.
        let introspection = try directory.write(
            """
            introspection_mode = post
            introspection_url = \(tokens.introspectionURL)
            username_attribute = username
            active_attribute = active
            active_value = true

            """,
            to: "oauth2.conf"
        )
        // Dovecot's own account owns the homes; first_valid_uid admits it, for users usually start at 500.
        guard let user = getpwnam("dovecot")?.pointee,
            chown(try directory.makeDirectory("homes"), user.pw_uid, user.pw_gid) == 0
        else { throw NoDovecotUser() }
        self.server = try await Dovecot(
            directory: directory,
            settings: """
                protocols = submission
                hostname = submission.example.test
                first_valid_uid = 1
                first_valid_gid = 1
                ssl = required
                ssl_cert = <\(authority.serverCertificate)
                ssl_key = <\(authority.serverKey)
                auth_mechanisms = xoauth2 oauthbearer
                mail_location = maildir:\(directory.path("homes/%u"))
                passdb {
                  driver = oauth2
                  mechanisms = xoauth2 oauthbearer
                  args = \(introspection)
                }
                userdb {
                  driver = static
                  args = uid=dovecot gid=dovecot home=\(directory.path("homes/%u"))
                }
                submission_relay_host = 127.0.0.1
                submission_relay_port = \(backend.backendPort)
                submission_relay_trusted = yes
                service submission-login {
                  inet_listener submission {
                    port = 0
                  }
                  inet_listener submissions {
                    port = \(port)
                    ssl = yes
                  }
                }
                """,
            ready: { (try? SMTPSession(port: port)) != nil }
        )
    }

    struct NoDovecotUser: Error {}

    /// The mechanisms with which a user has logged in so far.
    func mechanisms(of account: MailAccount) -> [String] {
        self.server.log.matches(of: #/Login: user=<([^>]*)>, method=([^,]*)/#)
            .filter { $0.1 == account.user }
            .map { String($0.2) }
    }

    func stop() async { await self.server.stop() }
}
