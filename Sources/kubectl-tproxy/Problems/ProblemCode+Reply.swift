import SMTP

extension ProblemCode {
    /// What a reply of the relay's means.
    ///
    /// The relay's own replies begin with the enhanced status code and with whose mail it is; anything else is the mail
    /// server's word, which the relay passes on.
    ///
    /// - Parameters:
    ///   - reply: Any that isn't positive.
    ///   - stage: What it answers.
    ///   - resource: The name of the Destination that the mail goes by.
    init(reply: Reply, at stage: SMTPStage, resource: String) {
        let text = reply.text
        let status = text.prefix { $0 != " " }
        if reply.code == 421, status == "4.3.2" {
            self = text.contains("too many connections") ? .connectionsNearLimit : .noRelayReady
            return
        }
        guard text.dropFirst(status.count + 1).hasPrefix("\(resource) (destination ") else {
            self = .messagesRefused
            return
        }
        self =
            switch status {
            case "4.3.5": Self(lookup: text)
            case "4.4.1": text.contains(" refuses the session: ") ? .mailServerTurnsAway : .mailServerUnreachable
            case "4.4.2": Self(lost: text, at: stage)
            case "4.4.3", "4.4.4": .mailServerUnreachable
            case "4.7.5": .tlsFails
            case "4.7.0": text.contains(": no access token: ") ? .noAccessToken : .loginRefused
            case "4.3.2": .mailsWait
            default: .messagesRefused
            }
    }

    /// By what the relay says of looking the destination up.
    private init(lookup text: String) {
        let words: [(String, ProblemCode)] = [
            (": the instance's binding can't be used", .bindingUnusable),
            (": the source refuses the login of the relay", .bindingUnusable),
            (": the source can't be reached", .destinationServiceDown),
            (": the source's answer can't be used", .destinationServiceDown),
            (": not looked up in time", .destinationServiceDown),
        ]
        self = words.first { text.contains($0.0) }?.1 ?? .destinationMissing
    }

    /// By what the relay says of a session that it lost.
    private init(lost text: String, at stage: SMTPStage) {
        if text.contains(" doesn't speak SMTP: ") || text.contains(" closes the session: ") {
            self = .mailServerTurnsAway
        } else {
            self = stage == .content ? .messagesBreakOff : .mailServerUnreachable
        }
    }

    /// What to do about a refusal, in a sentence.
    func advice(for reply: Reply, at stage: SMTPStage) -> String {
        switch self {
        case .destinationMissing:
            "create or correct the destination in that tenant's subaccount, or the name in the Destination; the relay looks again within two minutes"
        case .destinationServiceDown:
            "wait: the relay asks the Destination service again by itself; if it lasts, see whether the cluster reaches it"
        case .bindingUnusable:
            "renew the binding of the Destination service: the relay reads its Secret again at once"
        case .mailServerUnreachable:
            "check mail.smtps.host and mail.smtps.port in the destination, and whether the cluster lets the relay connect there"
        case .mailServerTurnsAway:
            "read what the mail server says above: it lets nobody in at the moment, or isn't a mail server that speaks SMTPS"
        case .tlsFails where reply.text.contains(" without TLS: ") || reply.text.contains(" does not speak TLS"):
            "set mail.smtps.port in the destination to the port on which the mail server begins with TLS, mostly 465; with STARTTLS alone (587, 25) it can't be used"
        case .tlsFails:
            "the mail server's certificate must be for its name and of an authority that the relay trusts; a company's own goes into the Secret that additionalCAs names"
        case .noAccessToken:
            "correct tokenServiceURL, clientId, clientSecret or scope in the destination"
        case .loginRefused:
            "correct the user and the password, or the client, in the destination; the mail server's own words are above"
        case .mailsWait:
            "try again when less mail is under way, or allow more sessions: relay.pool.sessions in the configuration"
        case .connectionsNearLimit:
            "find out which application keeps connections open, or allow more"
        case .noRelayReady:
            "the relay is being stopped; send again"
        case .messagesBreakOff:
            "nothing was delivered; send again, and if it fails again, look for something on the way that cuts connections"
        default:
            Self.advice(forRefusalOf: stage, isTransient: reply.isTransient)
        }
    }

    /// The mail server has said no.
    private static func advice(forRefusalOf stage: SMTPStage, isTransient: Bool) -> String {
        if isTransient { return "the mail server doesn't take this mail now; send again in a few minutes" }
        return switch stage {
        case .sender: "use a sender that the destination's login may send as: --from"
        case .recipient:
            "see whether the recipient exists, and whether this login and sender may send there: --to, --from"
        case .content:
            "the mail server doesn't want this mail: see its words, and whether the login may use this sender"
        case .greeting, .hello: "see the relay's words"
        }
    }
}
