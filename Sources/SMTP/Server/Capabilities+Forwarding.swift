extension Capabilities {
    /// Why MAIL with these parameters can't go to a server with these capabilities; nil when it can.
    func refusal(ofSender address: EnvelopeAddress, ourLimit: Int) -> Reply? {
        for parameter in address.parameters {
            switch (parameter.keyword, parameter.value) {
            case ("SIZE", .some):
                guard let size = parameter.number else { return Self.unreadable(parameter) }
                let limit = messageLimit(ours: ourLimit)
                if limit > 0, size > limit { return ContentRefusal.tooLarge(limit: limit).reply }
            case ("BODY", .some(let value)):
                switch value.uppercased() {
                case "7BIT": break
                case "8BITMIME" where eightBitMIME: break
                default: return Self.unsupported(parameter)
                }
            case ("SMTPUTF8", .none):
                guard smtpUTF8 else { return Self.unsupported(parameter) }
            case ("RET", .some(let value)):
                guard deliveryStatusNotifications else { return Self.unsupported(parameter) }
                guard ["FULL", "HDRS"].contains(value.uppercased()) else { return Self.unreadable(parameter) }
            case ("ENVID", .some):
                guard deliveryStatusNotifications else { return Self.unsupported(parameter) }
            default:
                return Self.unsupported(parameter)
            }
        }
        let asksForUTF8 = address.parameters.contains { $0.keyword == "SMTPUTF8" }
        return address.isInternationalized && !asksForUTF8 ? Self.needsSMTPUTF8 : nil
    }

    /// Why RCPT with these parameters can't go to a server with these capabilities; nil when it can.
    func refusal(ofRecipient address: EnvelopeAddress) -> Reply? {
        for parameter in address.parameters {
            switch (parameter.keyword, parameter.value) {
            case ("NOTIFY", .some), ("ORCPT", .some):
                guard deliveryStatusNotifications else { return Self.unsupported(parameter) }
            default:
                return Self.unsupported(parameter)
            }
        }
        return address.isInternationalized && !smtpUTF8 ? Self.needsSMTPUTF8 : nil
    }

    /// The address without what only we understand: SIZE and BODY=7BIT where the server doesn't know them.
    func forwardable(_ address: EnvelopeAddress) -> EnvelopeAddress {
        var copy = address
        copy.parameters.removeAll { parameter in
            parameter.keyword == "SIZE" && size == nil || parameter.keyword == "BODY" && !eightBitMIME
        }
        return copy
    }

    private static func unsupported(_ parameter: Parameter) -> Reply {
        Reply(555, "5.5.4 the mail server behind this port doesn't offer \(parameter.keyword)")
    }

    private static func unreadable(_ parameter: Parameter) -> Reply {
        Reply(501, "5.5.4 can't read the value of \(parameter.keyword)")
    }

    private static let needsSMTPUTF8 = Reply(553, "5.6.7 the address has letters outside ASCII, which needs SMTPUTF8")
}

extension Capabilities {
    /// What a mail server may offer that the relay can pass: assumed while nothing is known.
    static let passable: Capabilities = {
        var capabilities = Capabilities()
        capabilities.eightBitMIME = true
        capabilities.smtpUTF8 = true
        capabilities.deliveryStatusNotifications = true
        return capabilities
    }()

    /// Our reply to EHLO on a route whose mail server has these capabilities: what is on the allow-list, PIPELINING
    /// always, and the smaller of both size limits.
    func ehloReply(_ profile: ServerProfile) -> Reply {
        var lines = [profile.name, "PIPELINING"]
        let limit = messageLimit(ours: profile.limits.messageLimit)
        lines.append(limit > 0 ? "SIZE \(limit)" : "SIZE")
        if eightBitMIME { lines.append("8BITMIME") }
        if smtpUTF8 { lines.append("SMTPUTF8") }
        if deliveryStatusNotifications { lines.append("DSN") }
        if enhancedStatusCodes { lines.append("ENHANCEDSTATUSCODES") }
        if let mostRecipients {
            lines.append("LIMITS RCPTMAX=\(min(mostRecipients, profile.limits.recipientLimit))")
        }
        return Reply(code: 250, lines: lines.map { Array($0.utf8) })
    }
}
