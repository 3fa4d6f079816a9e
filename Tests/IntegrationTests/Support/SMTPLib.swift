import FoundationEssentials

/// Sends one message with Python's smtplib.
struct SMTPLib {
    static let sender = "sender@example.test"

    private var settings: Settings

    /// What `smtplib_send.py` reads on standard input.
    private struct Settings: Encodable {
        let port: Int
        let sender = SMTPLib.sender
        let recipients: [String]
        var authority: String?
        var user: String?
        var token: String?
        var mechanism: String?
        var message = ""
    }

    init(port: Int, recipients: [String]) {
        self.settings = Settings(port: port, recipients: recipients)
    }

    /// With implicit TLS and a certificate that the authority has to have signed.
    func overTLS(authority: TestCA) -> SMTPLib {
        var copy = self
        copy.settings.authority = authority.certificate
        return copy
    }

    func login(_ user: String, token: String, mechanism: String) -> SMTPLib {
        var copy = self
        copy.settings.user = user
        copy.settings.token = token
        copy.settings.mechanism = mechanism
        return copy
    }

    /// Sends the message: header and body with LF line ends.
    func send(_ message: String) async throws -> ProcessResult {
        var settings = self.settings
        settings.message = message
        let input = try String(decoding: JSONEncoder().encode(settings), as: UTF8.self)
        return try await ProcessRunner.run(["/usr/bin/python3", Scripts.path("smtplib_send.py")], input: input)
    }
}
