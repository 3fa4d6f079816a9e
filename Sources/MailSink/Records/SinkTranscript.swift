/// What was said in one session, secrets left out.
public struct SinkTranscript: Sendable, Hashable {
    /// The session's number, as in ``ReceivedMail/session``.
    public var session: Int
    /// Nil over plaintext.
    public var tls: SinkTLSFacts?
    /// Nil if the client hasn't logged in.
    public var login: SinkLogin?
    /// Whether the connection still stands.
    public var isOpen = true
    /// The client's lines with `C: ` in front, the sink's with `S: `, without line ends; the first 10 000. Content is
    /// left out.
    public var lines: [String] = []

    static let lineLimit = 10_000

    init(session: Int) {
        self.session = session
    }

    /// The client's lines alone, without the prefix.
    public var commands: [String] {
        lines.compactMap { $0.hasPrefix("C: ") ? String($0.dropFirst(3)) : nil }
    }

    /// The first words of ``commands``, in upper case.
    public var verbs: [String] {
        commands.map(Self.verb)
    }

    mutating func append(_ line: String) {
        if lines.count < Self.lineLimit { lines.append(line) }
    }

    static func verb(of line: String) -> String {
        line.prefix { $0 != " " }.uppercased()
    }
}
