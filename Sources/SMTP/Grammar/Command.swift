/// A command line of a mail client (RFC 5321 §4.1.1), as far as the relay tells commands apart.
public enum Command: Hashable, Sendable {
    case helo
    case ehlo
    case mail(EnvelopeAddress)
    case rcpt(EnvelopeAddress)
    case data
    case rset
    case noop
    case quit
    case help
    case vrfy
    case expn
    /// AUTH: known, but there is nobody to log in here.
    case auth
    /// Known verbs of extensions that this server doesn't offer.
    case notOffered(verb: String)
    /// A known verb whose argument can't be read.
    case malformed(verb: String)
    /// Nothing but white space: people at a terminal press Enter.
    case blank
    /// A request of another protocol: a browser or an attacker's detour through one.
    case foreignProtocol
    case unknown

    /// Reads one command line, given without its line end.
    public static func read(_ line: Substring) -> Command {
        var octets = line.utf8[...]
        while let last = octets.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") {
            octets = octets.dropLast()
        }
        guard !octets.isEmpty else { return .blank }
        // Whatever else it says, a line with control characters is no command.
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return .unknown }
        let word = octets.prefix { $0 != UInt8(ascii: " ") }
        // Unicode knows letters outside ASCII whose upper case is inside; they make no verb.
        guard word.allSatisfy({ $0 < 0x80 }) else { return .unknown }
        let verb = String(Substring(word)).uppercased()
        let argument = octets.dropFirst(word.count).drop { $0 == UInt8(ascii: " ") }
        return read(verb: verb, argument: argument)
    }

    private static func read(verb: String, argument: Substring.UTF8View) -> Command {
        switch verb {
        case "HELO": .helo
        case "EHLO": .ehlo
        case "MAIL": EnvelopeAddress.read(argument, after: "FROM:").map(Command.mail) ?? .malformed(verb: verb)
        case "RCPT": EnvelopeAddress.read(argument, after: "TO:").flatMap(recipient) ?? .malformed(verb: verb)
        case "DATA": argument.isEmpty ? .data : .malformed(verb: verb)
        case "RSET": argument.isEmpty ? .rset : .malformed(verb: verb)
        case "QUIT": argument.isEmpty ? .quit : .malformed(verb: verb)
        case "NOOP": .noop
        case "HELP": .help
        case "VRFY": .vrfy
        case "EXPN": .expn
        case "AUTH": .auth
        case "STARTTLS", "BDAT", "ETRN", "XCLIENT", "XFORWARD", "TURN", "ATRN", "SEND", "SOML", "SAML", "BURL":
            .notOffered(verb: verb)
        case "GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI", "USER-AGENT:",
            "HOST:", "CONTENT-TYPE:":
            .foreignProtocol
        default: .unknown
        }
    }

    /// A recipient is never the null path.
    private static func recipient(_ address: EnvelopeAddress) -> Command? {
        address.path.isNull ? nil : .rcpt(address)
    }
}
