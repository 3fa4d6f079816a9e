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
    /// BDAT, which isn't offered either, and the size of the chunk that follows it (RFC 3030 §2).
    case bdat(size: Int)
    /// A known verb whose argument can't be read.
    case malformed(verb: String)
    /// A verb that announces data, in a form that doesn't tell where the data ends.
    case unreadableData(verb: String)
    /// Nothing but white space: people at a terminal press Enter.
    case blank
    /// A line of another protocol.
    case foreignProtocol(ForeignProtocol)
    case unknown

    /// Reads one command line, given without its line end.
    public static func read(_ line: Substring) -> Command {
        var octets = line.utf8[...]
        while let last = octets.last, last == UInt8(ascii: " ") || last == UInt8(ascii: "\t") {
            octets = octets.dropLast()
        }
        guard !octets.isEmpty else { return .blank }
        // Whatever else it says, a line with control characters is no command.
        guard octets.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return unreadable(octets) }
        let word = octets.prefix { $0 != UInt8(ascii: " ") }
        // Unicode knows letters outside ASCII whose upper case is inside; they make no verb.
        guard word.allSatisfy({ $0 < 0x80 }) else { return unreadable(octets) }
        let verb = String(Substring(word)).uppercased()
        let argument = octets.dropFirst(word.count).drop { $0 == UInt8(ascii: " ") }
        let command = read(verb: verb, argument: argument)
        return command == .unknown ? unreadable(octets) : command
    }

    /// A line that is no command, or the start of one, given as it came. Its first word still tells whether data may
    /// follow it, and whether it is of another protocol.
    static func unreadable(_ line: some Collection<UInt8>) -> Command {
        let word = line.prefix(longestVerb).prefix { (0x21...0x7E).contains($0) }
        if let other = ForeignProtocol(verb: String(decoding: word, as: UTF8.self).uppercased()) {
            return .foreignProtocol(other)
        }
        let verb = announcingVerbs.first { verb in
            line.prefix(verb.utf8.count).elementsEqual(verb.utf8) { byte, letter in
                byte == letter || byte & 0xDF == letter && letter >= UInt8(ascii: "A")
            }
        }
        guard let verb else { return .unknown }
        // DATABASE is another word.
        let isLongerWord = line.dropFirst(verb.utf8.count).first.map { (0x41...0x5A).contains($0 & 0xDF) } ?? false
        return isLongerWord ? .unknown : .unreadableData(verb: verb)
    }

    /// The verbs behind which a client may send what isn't a command without waiting for a reply, or for one alone.
    private static let announcingVerbs = ["DATA", "BDAT", "XEXCH50"]

    /// Bytes of a line by which its verb is known.
    static let longestVerb = 16

    private static func read(verb: String, argument: Substring.UTF8View) -> Command {
        switch verb {
        case "HELO": .helo
        case "EHLO": .ehlo
        case "MAIL": EnvelopeAddress.read(argument, after: "FROM:").map(sender) ?? .malformed(verb: verb)
        case "RCPT": EnvelopeAddress.read(argument, after: "TO:").flatMap(recipient) ?? .malformed(verb: verb)
        case "DATA": argument.isEmpty ? .data : .malformed(verb: verb)
        case "RSET": argument.isEmpty ? .rset : .malformed(verb: verb)
        case "QUIT": argument.isEmpty ? .quit : .malformed(verb: verb)
        case "NOOP": .noop
        case "HELP": .help
        case "VRFY": .vrfy
        case "EXPN": .expn
        case "AUTH": .auth
        case "BDAT": chunkSize(argument).map(Command.bdat) ?? .unreadableData(verb: verb)
        case "STARTTLS", "ETRN", "XCLIENT", "XFORWARD", "TURN", "ATRN", "SEND", "SOML", "SAML", "BURL", "XEXCH50":
            .notOffered(verb: verb)
        default: ForeignProtocol(verb: verb).map(Command.foreignProtocol) ?? .unknown
        }
    }

    /// The argument of BDAT: `chunk-size [SP "LAST"]` (RFC 3030 §2).
    private static func chunkSize(_ argument: Substring.UTF8View) -> Int? {
        let words = argument.split(separator: UInt8(ascii: " "))
        guard let size = words.first, size.allSatisfy({ (0x30...0x39).contains($0) }) else { return nil }
        switch words.count {
        case 1: break
        case 2 where String(words[1])?.uppercased() == "LAST": break
        default: return nil
        }
        return String(size).flatMap { Int($0) }
    }

    /// AUTH= says who submitted the message to the client. From one that hasn't logged in it is as good as `AUTH=<>`, and
    /// the relay logs in as another (RFC 4954 §5).
    private static func sender(_ address: EnvelopeAddress) -> Command {
        var address = address
        address.parameters.removeAll { $0.keyword == "AUTH" && $0.value != nil }
        return .mail(address)
    }

    /// A recipient is never the null path.
    private static func recipient(_ address: EnvelopeAddress) -> Command? {
        address.path.isNull ? nil : .rcpt(address)
    }
}
