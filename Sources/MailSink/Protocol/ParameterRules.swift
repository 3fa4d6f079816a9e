/// Which parameters MAIL and RCPT take, given what the server has announced.
struct ParameterRules {
    let configuration: SinkConfiguration

    /// - Returns: the refusal, or nil if all is well. An unknown parameter, or one of an extension that is not on offer,
    ///   is 555 (RFC 5321 §4.1.1.11).
    func refusal(ofMail parameters: [MailParameter], sender: MailPath) -> SinkReply? {
        for parameter in parameters {
            switch (parameter.keyword, parameter.value) {
            case ("SIZE", let value?) where configuration.maximumSize != nil:
                guard value.utf8.count <= 20, value.utf8.allSatisfy({ (0x30...0x39).contains($0) }) else {
                    return Self.badValue(parameter)
                }
                // A number too great for Int is too great.
                if Int(value) ?? .max > configuration.maximumSize ?? .max {
                    return SinkReply(552, "5.3.4", "The message is larger than we take")
                }
            case ("BODY", let value?) where configuration.offers8BitMIME:
                guard ["7BIT", "8BITMIME"].contains(value.uppercased()) else { return Self.badValue(parameter) }
            case ("SMTPUTF8", nil) where configuration.offersSMTPUTF8:
                break
            case ("RET", let value?) where configuration.offersDSN:
                guard ["FULL", "HDRS"].contains(value.uppercased()) else { return Self.badValue(parameter) }
            case ("ENVID", let value?) where configuration.offersDSN:
                guard value.utf8.count <= 100, Self.isXText(value) else { return Self.badValue(parameter) }
            case ("AUTH", let value?) where !configuration.mechanisms.isEmpty:
                guard Self.isXText(value) else { return Self.badValue(parameter) }
            default:
                return SinkReply(555, "5.5.4", "\(parameter.keyword) is not on offer for MAIL")
            }
        }
        if sender.needsUTF8, !parameters.contains(where: { $0.keyword == "SMTPUTF8" }) {
            return SinkReply(553, "5.6.7", "This sender needs SMTPUTF8")
        }
        return nil
    }

    func refusal(ofRecipient parameters: [MailParameter], recipient: MailPath, isUTF8: Bool) -> SinkReply? {
        for parameter in parameters {
            switch (parameter.keyword, parameter.value) {
            case ("NOTIFY", let value?) where configuration.offersDSN:
                guard Self.isNotify(value) else { return Self.badValue(parameter) }
            case ("ORCPT", let value?) where configuration.offersDSN:
                guard value.utf8.count <= 500, value.contains(";"), isUTF8 || Self.isXText(value) else {
                    return Self.badValue(parameter)
                }
            default:
                return SinkReply(555, "5.5.4", "\(parameter.keyword) is not on offer for RCPT")
            }
        }
        if recipient.needsUTF8, !isUTF8 {
            return SinkReply(553, "5.6.7", "This recipient needs SMTPUTF8 at MAIL")
        }
        return nil
    }

    private static func badValue(_ parameter: MailParameter) -> SinkReply {
        SinkReply(501, "5.5.4", "\(parameter.keyword) can't have this value")
    }

    /// RFC 3461 §4.1: NEVER alone, or a list of the other three.
    private static func isNotify(_ value: String) -> Bool {
        if value.uppercased() == "NEVER" { return true }
        let words = value.uppercased().split(separator: ",", omittingEmptySubsequences: false)
        return words.allSatisfy { ["SUCCESS", "FAILURE", "DELAY"].contains($0) } && Set(words).count == words.count
    }

    /// RFC 3461 §4: printable ASCII, where `+` begins two upper-case hexadecimal digits.
    private static func isXText(_ value: String) -> Bool {
        var digitsDue = 0
        for byte in value.utf8 {
            if digitsDue > 0 {
                guard (0x30...0x39).contains(byte) || (0x41...0x46).contains(byte) else { return false }
                digitsDue -= 1
            } else {
                guard (0x21...0x7E).contains(byte), byte != UInt8(ascii: "=") else { return false }
                if byte == UInt8(ascii: "+") { digitsDue = 2 }
            }
        }
        return digitsDue == 0
    }
}
