/// Sends one message with swaks.
struct Swaks {
    static let sender = "sender@example.test"

    private var options: [String]

    init(port: Int, recipient: String) {
        self.options = [
            "server 127.0.0.1", "port \(port)", "helo client.example.test", "from \(Self.sender)", "to \(recipient)",
        ]
    }

    /// With implicit TLS and a certificate that the authority has to have signed.
    func overTLS(authority: TestCA) -> Swaks {
        self.with(["tls-on-connect", "tls-verify", "tls-ca-path \(authority.certificate)"])
    }

    func login(_ account: MailAccount, mechanism: String) -> Swaks {
        self.with(["auth \(mechanism)", "auth-user \(account.user)", "auth-password \(account.password)"])
    }

    /// Sends commands without waiting for each one's reply.
    func pipelining() -> Swaks { self.with(["pipeline"]) }

    /// Sends the message: header and body with LF line ends, without the last one.
    func send(_ message: String) async throws -> ProcessResult {
        let directory = try TemporaryDirectory()
        let data = "data @\(try directory.write(message, to: "message"))"
        // In a file, for everybody can read a command's arguments.
        let file = try directory.write((self.options + [data]).joined(separator: "\n") + "\n", to: "options")
        return try await ProcessRunner.run(["/usr/bin/swaks", "--config", file])
    }

    private func with(_ options: [String]) -> Swaks {
        var copy = self
        copy.options += options
        return copy
    }
}
