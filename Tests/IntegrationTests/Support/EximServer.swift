import FoundationEssentials
import Glibc
import TestSupport

/// An Exim of its own on the loopback: implicit TLS, login required (PLAIN).
///
/// It stores every message for any recipient, and tells who was logged in. It needs root, for its account is another.
final class EximServer: Sendable {
    let port: Int
    let store: MailStore
    private let process: ChildProcess
    private let directory: TemporaryDirectory

    /// The system has no user that Exim could run as.
    struct NoEximUser: Error {}

    /// - Parameter maxConnections: how many it accepts at the same time; zero for no limit.
    init(authority: TestCA, account: MailAccount, maxConnections: Int = 0) async throws {
        let directory = try TemporaryDirectory()
        let port = try LoopbackPorts.free()
        let installed = try await ProcessRunner.check([Repository.path("scripts/exim"), "path"])
        guard let user = getpwnam("Debian-exim")?.pointee else { throw NoEximUser() }
        for name in ["spool", "log", "mail"] {
            guard chown(try directory.makeDirectory(name), user.pw_uid, user.pw_gid) == 0 else { throw NoEximUser() }
        }
        // It starts itself again under its own account, which may not pass through the home of root.
        let program = directory.path("exim")
        try FileManager.default.copyItem(atPath: String(installed.prefix { $0 != "\n" }), toPath: program)
        let passwords = try directory.write("\(account.user): \(account.password)\n", to: "passwords")
        let key = directory.path("server.key")
        try FileManager.default.copyItem(atPath: authority.serverKey, toPath: key)
        for secret in [passwords, key] {
            guard chown(secret, user.pw_uid, user.pw_gid) == 0, chmod(secret, 0o600) == 0 else { throw NoEximUser() }
        }
        let configuration = try directory.write(
            Self.configuration(
                directory: directory,
                port: port,
                authority: authority,
                passwords: passwords,
                maxConnections: maxConnections
            ),
            to: "exim.conf"
        )
        self.directory = directory
        self.port = port
        self.store = MailStore(folder: directory.path("mail/all/new"))
        self.process = try ChildProcess([program, "-C", configuration, "-bdf"])
        do {
            _ = try await eventually("Exim to listen") { try? SMTPSession(port: port) }
        } catch {
            await self.stop()
            throw error
        }
    }

    func stop() async { await self.process.stop() }

    private static func configuration(
        directory: TemporaryDirectory,
        port: Int,
        authority: TestCA,
        passwords: String,
        maxConnections: Int
    ) -> String {
        """
        exim_path = \(directory.path("exim"))
        deliver_drop_privilege = true
        keep_environment =
        primary_hostname = exim.example.test
        spool_directory = \(directory.path("spool"))
        log_file_path = \(directory.path("log/%slog"))
        pid_file_path =
        local_interfaces = 127.0.0.1
        daemon_smtp_ports = \(port)
        tls_on_connect_ports = \(port)
        tls_certificate = \(authority.serverCertificate)
        tls_privatekey = \(directory.path("server.key"))
        smtputf8_advertise_hosts = *
        message_size_limit = 0
        host_lookup =
        rfc1413_hosts =
        smtp_accept_max = \(maxConnections)
        received_header_text = Received: from a client (Authenticated sender: $authenticated_id) id $message_exim_id
        acl_smtp_rcpt = recipient

        begin acl
        recipient:
          accept authenticated = *
          deny message = who are you?

        begin routers
        all:
          driver = accept
          transport = store

        begin transports
        store:
          driver = appendfile
          directory = \(directory.path("mail/all"))
          maildir_format
          return_path_add
          envelope_to_add

        begin authenticators
        plain:
          driver = plaintext
          public_name = PLAIN
          server_prompts = :
          server_condition = ${if eq {$auth3} {${lookup {$auth2} lsearch {\(passwords)}}}}
          server_set_id = $auth2

        """
    }
}
