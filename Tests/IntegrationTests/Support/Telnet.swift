/// A person with telnet: `expect` types the documented session into it.
enum Telnet {
    enum Pace: String, CaseIterable, Sendable {
        /// Character by character, reading each answer.
        case typed
        /// All at once, without looking.
        case pasted
    }

    /// The session of the product's documentation, its blank lines included, for a recipient of the test's own.
    static func documentedSession(recipient: String) -> String {
        [
            "   ",
            "MAIL FROM:sender@transparentproxy.com",
            "    ",
            "RCPT TO:\(recipient)",
            "    ",
            "DATA",
            "    ",
            "Some test data.",
            "  ",
            ".",
        ].joined(separator: "\n") + "\n"
    }

    /// What Postfix stores of that session's message: the lines after DATA, up to the dot. It begins with a blank
    /// line of Postfix's own, for the message has no header, and a line that begins with a space would go on the last.
    static let storedMessage = "\n    \nSome test data.\n  \n"

    /// Types a session to a port of this machine; succeeds where the server accepts the message at its end.
    ///
    /// - Parameter patience: how long to wait for each reply, in seconds.
    static func run(port: Int, session: String, pace: Pace, patience: Int = 30) async throws -> ProcessResult {
        try await self.run(["telnet", "127.0.0.1", "\(port)"], session: session, pace: pace, patience: patience)
    }

    /// Types a session into a command that runs telnet somewhere.
    static func run(
        _ command: [String],
        session: String,
        pace: Pace,
        patience: Int = 30
    ) async throws -> ProcessResult {
        try await ProcessRunner.run(
            ["/usr/bin/expect", "-f", Scripts.path("telnet.exp"), pace.rawValue, "\(patience)"] + command,
            input: session
        )
    }
}
