import Foundation
import TLS
import Testing

@testable import MailSink

/// The sink against clients that others wrote.
@Suite struct PeerTests {
    private static let python = "/usr/bin/python3"

    /// Starts a sink with TLS; gives its CA's file too.
    private func withSecureSink(_ body: (SinkServer, String) async throws -> Void) async throws {
        let authority = try TestAuthority()
        let file = FileManager.default.temporaryDirectory.appending(path: "ca-\(UUID().uuidString).pem").path
        try authority.writeCertificate(to: file)
        defer { try? FileManager.default.removeItem(atPath: file) }
        try await withSink(tls: authority.serverContext()) { try await body($0, file) }
    }

    private static let script = """
        import smtplib, ssl, sys
        port, ca, mechanism, user, secret = int(sys.argv[1]), *sys.argv[2:6]
        c = smtplib.SMTP_SSL('localhost', port, context=ssl.create_default_context(cafile=ca), timeout=30)
        c.ehlo('client.example')
        c.user, c.password = user, secret
        bearer = {
            'XOAUTH2': lambda x=None: 'user=%s\\1auth=Bearer %s\\1\\1' % (user, secret) if x is None else '',
            'OAUTHBEARER': lambda x=None: 'n,a=%s,\\1auth=Bearer %s\\1\\1' % (user, secret) if x is None else '\\1',
        }
        initial = len(sys.argv) < 7
        try:
            if mechanism in bearer: c.auth(mechanism, bearer[mechanism])
            elif mechanism == 'PLAIN': c.auth('PLAIN', c.auth_plain, initial_response_ok=initial)
            else: c.auth('LOGIN', c.auth_login, initial_response_ok=initial)
        except smtplib.SMTPAuthenticationError as e:
            print(e.smtp_code); c.quit(); sys.exit(3)
        c.sendmail('a@b', ['c@d', 'e@f'], b'Subject: x\\r\\n\\r\\n.\\r\\n..\\r\\nend\\r\\n', ['BODY=8BITMIME'])
        c.quit()
        """

    @Test(arguments: ["PLAIN", "LOGIN", "XOAUTH2", "OAUTHBEARER"])
    func smtplib(mechanism: String) async throws {
        try await withSecureSink { sink, ca in
            let secret = mechanism.contains("OAUTH") ? "good-token" : "secret"
            let good = ["-c", Self.script, "\(sink.port)", ca, mechanism, "ann", secret]
            let result = try await Command.run(Self.python, good)
            #expect(result.status == 0, "\(result.output)")
            let mail = try #require(sink.mails.first)
            #expect(String(decoding: mail.content, as: UTF8.self) == "Subject: x\r\n\r\n.\r\n..\r\nend\r\n")
            #expect(mail.login == SinkLogin(user: "ann", mechanism: try #require(SinkMechanism(rawValue: mechanism))))
            #expect(mail.tls?.serverName == "localhost")

            let bad = ["-c", Self.script, "\(sink.port)", ca, mechanism, "ann", "wrong"]
            #expect(try await Command.run(Self.python, bad).output == "535\n")
            if mechanism == "PLAIN" || mechanism == "LOGIN" {
                #expect(try await Command.run(Self.python, good + ["later"]).status == 0)
            }
            #expect(sink.counters.violations.isEmpty)
        }
    }

    @Test func swaks() async throws {
        try await withSecureSink { sink, ca in
            let result = try await Command.run(
                "/usr/bin/swaks",
                [
                    "--server", "localhost:\(sink.port)", "--tls-on-connect", "--tls-verify", "--tls-ca-path", ca,
                    "--auth", "LOGIN", "--auth-user", "ann", "--auth-password", "secret", "--from", "a@b", "--to",
                    "c@d",
                    "--body", "a body\n..with dots\n.", "--pipeline",
                ]
            )
            #expect(result.status == 0, "\(result.output)")
            #expect(sink.mails.first?.login == SinkLogin(user: "ann", mechanism: .login))
            let mail = try #require(sink.mails.first)
            let content = String(decoding: mail.content, as: UTF8.self)
            #expect(content.contains("\r\n..with dots\r\n.\r\n"))
        }
    }

    @Test func openssl() async throws {
        try await withSecureSink { sink, ca in
            let session = FileManager.default.temporaryDirectory.appending(path: "tls-\(UUID().uuidString)").path
            defer { try? FileManager.default.removeItem(atPath: session) }
            let common = [
                "s_client", "-connect", "localhost:\(sink.port)", "-CAfile", ca, "-verify_return_error", "-quiet",
                "-servername", "localhost", "-crlf",
            ]
            let input = "EHLO x\nAUTH PLAIN AGFubgBzZWNyZXQ=\nQUIT\n"
            let first = try await Command.run("/usr/bin/openssl", common + ["-sess_out", session], input: input)
            #expect(first.output.contains("235 2.7.0"), "\(first.output)")
            let second = try await Command.run("/usr/bin/openssl", common + ["-sess_in", session], input: input)
            #expect(second.output.contains("235 2.7.0"), "\(second.output)")
            #expect(sink.transcripts.map { $0.tls?.isResumed } == [false, true])
        }
    }
}
