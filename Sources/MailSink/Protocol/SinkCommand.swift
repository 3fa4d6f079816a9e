/// A command line of a client, parsed (RFC 5321 §4.1).
enum SinkCommand: Hashable {
    case ehlo(String)
    case helo(String)
    case auth(mechanism: String, initialResponse: String?)
    case mail(MailPath, [MailParameter])
    case recipient(MailPath, [MailParameter])
    case data
    case reset
    case noop
    case quit
    case verify
    case expand
    case help
    /// A verb that is known and not on offer here.
    case unavailable

    /// Parses a line without its line end.
    ///
    /// - Throws: ``Refusal`` with the reply for a line that is no command.
    init(line: String) throws(Refusal) {
        var verb = Substring(line)
        var argument = Substring()
        if let space = line.firstIndex(of: " ") {
            verb = line[..<space]
            // §4.1.1: white space at the end is to be tolerated.
            argument = line[line.index(after: space)...].trimmingTrailingBlanks()
        }
        switch verb.uppercased() {
        case "EHLO": self = .ehlo(try Self.domain(argument))
        case "HELO": self = .helo(try Self.domain(argument))
        case "AUTH": self = try Self.auth(argument)
        case "MAIL":
            let (path, parameters) = try Self.path(argument, keyword: "FROM:")
            self = .mail(path, parameters)
        case "RCPT":
            let (path, parameters) = try Self.path(argument, keyword: "TO:")
            guard !path.address.isEmpty else { throw Refusal(501, "5.1.3", "A recipient can't be empty") }
            self = .recipient(path, parameters)
        case "DATA":
            try Self.nothing(argument)
            self = .data
        case "RSET":
            try Self.nothing(argument)
            self = .reset
        case "QUIT":
            try Self.nothing(argument)
            self = .quit
        case "NOOP": self = .noop
        case "HELP": self = .help
        case "VRFY": self = .verify
        case "EXPN": self = .expand
        case "STARTTLS", "BDAT", "TURN", "ETRN", "SEND", "SOML", "SAML": self = .unavailable
        default: throw Refusal(500, "5.5.1", "No such command")
        }
    }

    /// Whether RFC 2920 §3.1 (for AUTH, RFC 4954 §4) lets more commands follow before the reply has been read.
    var mayBeFollowed: Bool {
        switch self {
        case .mail, .recipient, .reset, .unavailable: true
        case .ehlo, .helo, .auth, .data, .noop, .quit, .verify, .expand, .help: false
        }
    }

    private static func nothing(_ argument: Substring) throws(Refusal) {
        guard argument.isEmpty else { throw Refusal(501, "5.5.4", "This command takes no argument") }
    }

    private static func domain(_ argument: Substring) throws(Refusal) -> String {
        guard MailPath.isDomain(argument.utf8) else {
            throw Refusal(501, "5.5.4", "A domain name or an address literal must follow")
        }
        return String(argument)
    }

    private static func auth(_ argument: Substring) throws(Refusal) -> SinkCommand {
        let words = argument.split(separator: " ", omittingEmptySubsequences: false)
        guard let mechanism = words.first, !mechanism.isEmpty, words.count <= 2 else {
            throw Refusal(501, "5.5.4", "AUTH takes a mechanism and at most one initial response")
        }
        return .auth(mechanism: mechanism.uppercased(), initialResponse: words.count == 2 ? String(words[1]) : nil)
    }

    /// `FROM:<…>` or `TO:<…>`, without blanks around the colon (§3.3), and the parameters behind it.
    private static func path(
        _ argument: Substring,
        keyword: String
    ) throws(Refusal) -> (MailPath, [MailParameter]) {
        guard argument.prefix(keyword.count).uppercased() == keyword else {
            throw Refusal(501, "5.5.4", "\(keyword)<address> must follow")
        }
        var rest = argument.dropFirst(keyword.count).utf8
        guard let path = MailPath(consuming: &rest) else {
            throw Refusal(501, keyword == "TO:" ? "5.1.3" : "5.1.7", "That is no address in angle brackets")
        }
        return (path, try MailParameter.list(Substring(rest)))
    }
}

extension SinkCommand {
    /// A line that is refused, with the reply.
    struct Refusal: Error {
        var reply: SinkReply

        init(_ code: Int, _ enhanced: String, _ text: String) {
            reply = SinkReply(code, enhanced, text)
        }
    }
}

extension Substring {
    func trimmingTrailingBlanks() -> Substring {
        var text = self
        while text.last == " " || text.last == "\t" { text.removeLast() }
        return text
    }
}
