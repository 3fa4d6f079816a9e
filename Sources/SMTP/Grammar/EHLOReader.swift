/// Reads what a mail server offers out of its reply to EHLO (RFC 5321 §4.1.1.1).
///
/// Keeps the keywords and values that the relay knows, and looks at each byte once.
package struct EHLOReader: Sendable {
    /// What is longer is no keyword, mechanism or number of ours.
    private static let maxWordLength = 32

    private var capabilities = Capabilities()

    /// Bytes looked at so far.
    package private(set) var steps = 0

    package init() {}

    package mutating func read(_ reply: Reply) -> Capabilities {
        capabilities = Capabilities()
        for line in reply.lines.dropFirst() { read(line[...]) }
        return capabilities
    }

    private mutating func read(_ line: ArraySlice<UInt8>) {
        var rest = line
        switch takeWord(&rest) {
        case "SIZE":
            let size = max(0, takeWord(&rest).flatMap { Int($0) } ?? 0)
            // Zero is no limit.
            capabilities.size = capabilities.messageLimit(ours: size)
        case "PIPELINING": capabilities.pipelining = true
        case "8BITMIME": capabilities.eightBitMIME = true
        case "SMTPUTF8": capabilities.smtpUTF8 = true
        case "DSN": capabilities.deliveryStatusNotifications = true
        case "ENHANCEDSTATUSCODES": capabilities.enhancedStatusCodes = true
        case "LIMITS": readLimits(rest)
        case "AUTH": readMechanisms(rest)
        case let word? where word.hasPrefix("AUTH="):
            // `AUTH=PLAIN LOGIN` is how servers of the nineties wrote it; some still send both forms.
            addMechanism(String(word.dropFirst("AUTH=".count)))
            readMechanisms(rest)
        default: break
        }
    }

    /// LIMITS RCPTMAX and MAILMAX (RFC 9422). Of several, the smallest counts.
    private mutating func readLimits(_ values: ArraySlice<UInt8>) {
        var rest = values
        while !rest.isEmpty {
            guard let parts = takeWord(&rest)?.split(separator: "=", maxSplits: 1), parts.count == 2,
                let limit = Int(parts[1]), limit > 0
            else { continue }
            switch parts[0] {
            case "RCPTMAX": capabilities.mostRecipients = min(limit, capabilities.mostRecipients ?? limit)
            case "MAILMAX": capabilities.maxMessages = min(limit, capabilities.maxMessages ?? limit)
            default: continue
            }
        }
    }

    private mutating func readMechanisms(_ values: ArraySlice<UInt8>) {
        var rest = values
        while !rest.isEmpty {
            if let name = takeWord(&rest) { addMechanism(name) }
        }
    }

    private mutating func addMechanism(_ name: String) {
        guard let mechanism = SASLMechanism(rawValue: name) else { return }
        guard !capabilities.authenticationMechanisms.contains(mechanism) else { return }
        capabilities.authenticationMechanisms.append(mechanism)
    }

    /// Takes the next word and the spaces in front of it.
    /// - Returns: the word in upper case; nil where there is none, or one that can't be any of ours.
    private mutating func takeWord(_ rest: inout ArraySlice<UInt8>) -> String? {
        var word: [UInt8] = []
        var length = 0
        while let byte = rest.popFirst() {
            steps += 1
            guard byte != UInt8(ascii: " ") else {
                if length == 0 { continue } else { break }
            }
            length += 1
            guard word.count < Self.maxWordLength, byte < 0x80 else { continue }
            word.append(byte.isLowercaseLetter ? byte & 0xDF : byte)
        }
        return length > 0 && length == word.count ? String(decoding: word, as: UTF8.self) : nil
    }
}

extension UInt8 {
    /// `a` to `z`.
    var isLowercaseLetter: Bool { (UInt8(ascii: "a")...UInt8(ascii: "z")).contains(self) }
}
