import FoundationEssentials
import Glibc

/// A Postfix of its own on the loopback, with a Dovecot for its logins: the mail server that routes lead to.
///
/// It stores every message for any recipient, and tells who was logged in. It needs root, for Postfix does.
final class PostfixServer: Sendable {
    static let program = "/usr/sbin/postfix"

    /// Implicit TLS, login required (PLAIN, LOGIN).
    let port: Int
    /// Implicit TLS, no login offered or needed.
    let openPort: Int
    /// No TLS, no login needed.
    let plainPort: Int
    /// No TLS; believes an XCLIENT's login, and wants one. For the servers in front of this one.
    let backendPort: Int

    let directory: TemporaryDirectory
    private let logins: Dovecot

    init(authority: TestCA, accounts: [MailAccount]) async throws {
        let directory = try TemporaryDirectory()
        self.directory = directory
        self.port = try LoopbackPorts.free()
        self.openPort = try LoopbackPorts.free()
        self.plainPort = try LoopbackPorts.free()
        self.backendPort = try LoopbackPorts.free()
        self.logins = try await Self.startLogins(accounts, in: directory)
        do {
            try self.writeConfiguration(authority: authority)
            try await ProcessRunner.check([Self.program, "-c", directory.path("etc"), "start"])
            for port in [self.port, self.openPort, self.plainPort, self.backendPort] {
                _ = try await eventually("Postfix to listen on \(port)") { try? SMTPSession(port: port) }
            }
        } catch {
            await self.stop()
            throw error
        }
    }

    /// Postfix's log.
    var log: String { self.directory.read("log/mail.log") }

    func stop() async {
        _ = try? await ProcessRunner.run([Self.program, "-c", self.directory.path("etc"), "stop"])
        await self.logins.stop()
    }

    /// A Dovecot that does nothing but check passwords, over a socket that Postfix may open.
    private static func startLogins(_ accounts: [MailAccount], in directory: TemporaryDirectory) async throws -> Dovecot
    {
        let users = accounts.map { "\($0.user):{PLAIN}\($0.password)\n" }.joined()
        let socket = directory.path("run/auth")
        return try await Dovecot(
            directory: directory,
            settings: """
                protocols =
                ssl = no
                disable_plaintext_auth = no
                auth_mechanisms = plain login
                passdb {
                  driver = passwd-file
                  args = \(try directory.write(users, to: "users"))
                }
                userdb {
                  driver = static
                  args = uid=postfix gid=postfix home=/nonexistent
                }
                service auth {
                  unix_listener auth {
                    mode = 0660
                    user = postfix
                  }
                }
                """,
            ready: { FileManager.default.fileExists(atPath: socket) }
        )
    }
}
