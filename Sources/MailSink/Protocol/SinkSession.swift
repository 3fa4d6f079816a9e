/// The protocol of one session of the sink (RFC 5321 §4), without I/O: a line in, a step out.
///
/// A step says what the reply would be and what changes if it stands. Whoever runs the session may send another reply
/// (that is what scripts are for) and then tells the session whether the step was taken (``take(_:)``) or not
/// (``drop(_:)``).
struct SinkSession {
    enum Phase {
        /// Lines are commands.
        case commands
        /// Lines are responses to a 334.
        case authentication
        /// Bytes are content.
        case content
    }

    /// What changes when a step is taken.
    enum Change {
        case none
        case greeted(extended: Bool)
        case challenged(LoginExchange)
        case loggedIn(SinkLogin)
        case loginFailed
        case sender(MailEnvelope)
        case recipient(MailEnvelope.Recipient)
        case content
        case delivered
        case reset
        case quit
    }

    struct Step {
        /// Where scripts may strike; nil for what only answers an error.
        var stage: SinkStage?
        var addresses: [String] = []
        var reply: SinkReply
        var change = Change.none
        /// A breach of the protocol that the reply alone doesn't show.
        var violation: String?
    }

    let configuration: SinkConfiguration
    let accounts: SinkAccounts
    private(set) var login: SinkLogin?
    /// The transaction, from MAIL on.
    private(set) var envelope: MailEnvelope?
    private(set) var phase = Phase.commands
    private var hello: Change?
    private var exchange: LoginExchange?

    init(configuration: SinkConfiguration, accounts: SinkAccounts) {
        self.configuration = configuration
        self.accounts = accounts
    }

    var greeting: Step {
        Step(stage: .greeting, reply: SinkReply(220, nil, "\(configuration.hostName) ESMTP"))
    }

    /// The longest line that may come now, in octets with its CRLF.
    var lineLimit: Int {
        switch phase {
        // RFC 5321 §4.5.3.1.4 has 512, and extensions add to MAIL and RCPT: SIZE 26, BODY 17, SMTPUTF8 10, AUTH 500,
        // DSN 100 for ENVID and 500 for ORCPT (with their keywords). Those are measured in `received(_:)`.
        case .commands: 2048
        // RFC 4954 §4: 12288 octets of base64.
        case .authentication: 12290
        case .content: .max
        }
    }

    /// Whether nothing is under way: no transaction, no login.
    var isIdle: Bool {
        phase == .commands && envelope == nil
    }

    /// A line came that is no line: it ends a login.
    mutating func abandonLogin() {
        guard phase == .authentication else { return }
        exchange = nil
        phase = .commands
    }

    /// Takes a line of the client, without its line end.
    mutating func receive(_ line: String) -> (step: Step, mayBeFollowed: Bool) {
        if phase == .authentication { return (respond(line), false) }
        do {
            let command = try SinkCommand(line: line)
            switch command {
            case .mail, .recipient: break
            default:
                guard line.utf8.count + 2 <= 512 else {
                    let status = line.uppercased().hasPrefix("AUTH ") ? "5.5.6" : "5.5.2"
                    return (Step(reply: SinkReply(500, status, "The line is longer than 512 octets")), true)
                }
            }
            return (step(for: command), command.mayBeFollowed)
        } catch {
            return (Step(reply: error.reply), true)
        }
    }

    /// The end of the content has arrived.
    ///
    /// - Parameters:
    ///   - size: its octets.
    ///   - id: what to call the message in the reply.
    func contentEnded(size: Int, id: Int) -> Step {
        let addresses = envelope?.addresses ?? []
        if let limit = configuration.maximumSize, size > limit {
            return Step(
                stage: .endOfData,
                addresses: addresses,
                reply: SinkReply(552, "5.3.4", "The message is larger than we take"),
                change: .reset
            )
        }
        return Step(
            stage: .endOfData,
            addresses: addresses,
            reply: SinkReply(250, "2.0.0", "Taken as \(id)"),
            change: .delivered
        )
    }

    /// The step's reply, or another positive one, has been sent.
    mutating func take(_ step: Step) {
        switch step.change {
        case .none, .quit: break
        case .greeted:
            // §4.1.4: a second EHLO acts as RSET. A login outlives it.
            hello = step.change
            envelope = nil
        case .challenged(let exchange):
            self.exchange = exchange
            phase = .authentication
        case .loggedIn(let login):
            self.login = login
            exchange = nil
            phase = .commands
        case .loginFailed:
            exchange = nil
            phase = .commands
        case .sender(let envelope): self.envelope = envelope
        case .recipient(let recipient): envelope?.recipients.append(recipient)
        case .content: phase = .content
        case .delivered, .reset:
            envelope = nil
            phase = .commands
        }
    }

    /// A negative reply was sent instead of the step's, or none at all.
    mutating func drop(_ step: Step) {
        switch step.change {
        case .challenged, .loggedIn, .loginFailed:
            exchange = nil
            phase = .commands
        case .delivered:
            envelope = nil
            phase = .commands
        case .none, .greeted, .sender, .recipient, .content, .reset, .quit: break
        }
    }
}

extension SinkSession {
    private func step(for command: SinkCommand) -> Step {
        switch command {
        case .ehlo:
            Step(
                stage: .hello,
                reply: SinkReply(250, lines: [configuration.hostName] + configuration.capabilityLines),
                change: .greeted(extended: true)
            )
        case .helo:
            Step(stage: .hello, reply: SinkReply(250, nil, configuration.hostName), change: .greeted(extended: false))
        case .auth(let mechanism, let initialResponse): authenticate(mechanism, initialResponse)
        case .mail(let path, let parameters): mail(path, parameters)
        case .recipient(let path, let parameters): recipient(path, parameters)
        case .data: data()
        case .reset: Step(stage: .reset, reply: SinkReply(250, "2.0.0", "Reset"), change: .reset)
        case .noop: Step(stage: .noop, reply: SinkReply(250, "2.0.0", "Nothing done"))
        case .quit: Step(stage: .quit, reply: SinkReply(221, "2.0.0", "Bye"), change: .quit)
        case .verify: Step(reply: SinkReply(252, "2.5.0", "Send it and see"))
        case .expand, .unavailable: Step(reply: SinkReply(502, "5.5.1", "Not on offer here"))
        case .help: Step(reply: SinkReply(214, "2.0.0", "RFC 5321 is the help"))
        }
    }

    private func authenticate(_ name: String, _ initialResponse: String?) -> Step {
        guard case .greeted(extended: true) = hello else { return Step(reply: Self.badSequence("Send EHLO first")) }
        guard login == nil else { return Step(reply: Self.badSequence("You are logged in already")) }
        guard envelope == nil else { return Step(reply: Self.badSequence("No AUTH within a transaction")) }
        guard let mechanism = SinkMechanism(rawValue: name), configuration.mechanisms.contains(mechanism) else {
            return Step(reply: SinkReply(504, "5.5.4", "This mechanism is not on offer"))
        }
        var exchange = LoginExchange(mechanism: mechanism, accounts: accounts)
        let outcome = exchange.start(initialResponse: initialResponse)
        return Self.step(.authentication, outcome, of: exchange)
    }

    private mutating func respond(_ line: String) -> Step {
        guard var exchange else {
            phase = .commands
            return Step(reply: Self.badSequence("No login is under way"))
        }
        let outcome = exchange.respond(line)
        return Self.step(.authenticationResponse, outcome, of: exchange)
    }

    private static func step(_ stage: SinkStage, _ outcome: LoginExchange.Outcome, of exchange: LoginExchange) -> Step {
        switch outcome {
        case .challenge(let text):
            Step(stage: stage, reply: SinkReply(334, nil, text), change: .challenged(exchange))
        case .success(let login):
            Step(stage: stage, reply: SinkReply(235, "2.7.0", "Logged in"), change: .loggedIn(login))
        case .failure(let reply):
            Step(stage: stage, reply: reply, change: .loginFailed, violation: exchange.violation)
        }
    }

    private func mail(_ path: MailPath, _ parameters: [MailParameter]) -> Step {
        guard let hello else { return Step(reply: Self.badSequence("Send EHLO or HELO first")) }
        if configuration.requiresLogin, login == nil {
            return Step(reply: SinkReply(530, "5.7.0", "Log in first"))
        }
        guard envelope == nil else { return Step(reply: Self.badSequence("A transaction is under way")) }
        if case .greeted(extended: false) = hello, !parameters.isEmpty {
            return Step(reply: SinkReply(555, "5.5.4", "Parameters need EHLO"))
        }
        if let refusal = ParameterRules(configuration: configuration).refusal(ofMail: parameters, sender: path) {
            return Step(reply: refusal)
        }
        return Step(
            stage: .mail,
            addresses: [path.address],
            reply: SinkReply(250, "2.1.0", "Sender ok"),
            change: .sender(MailEnvelope(sender: path.address, parameters: parameters))
        )
    }

    private func recipient(_ path: MailPath, _ parameters: [MailParameter]) -> Step {
        guard let envelope else { return Step(reply: Self.badSequence("Send MAIL first")) }
        guard envelope.recipients.count < configuration.maximumRecipients else {
            return Step(reply: SinkReply(452, "4.5.3", "Too many recipients"))
        }
        let isUTF8 = envelope.parameters.contains { $0.keyword == "SMTPUTF8" }
        if case .greeted(extended: false)? = hello, !parameters.isEmpty {
            return Step(reply: SinkReply(555, "5.5.4", "Parameters need EHLO"))
        }
        let rules = ParameterRules(configuration: configuration)
        if let refusal = rules.refusal(ofRecipient: parameters, recipient: path, isUTF8: isUTF8) {
            return Step(reply: refusal)
        }
        return Step(
            stage: .recipient,
            addresses: [path.address],
            reply: SinkReply(250, "2.1.5", "Recipient ok"),
            change: .recipient(MailEnvelope.Recipient(address: path.address, parameters: parameters))
        )
    }

    private func data() -> Step {
        guard let envelope else { return Step(reply: Self.badSequence("Send MAIL first")) }
        guard !envelope.recipients.isEmpty else {
            return Step(reply: SinkReply(554, "5.5.1", "No valid recipients"))
        }
        return Step(
            stage: .data,
            addresses: envelope.addresses,
            reply: SinkReply(354, nil, "Send it, then a dot on a line of its own"),
            change: .content
        )
    }

    private static func badSequence(_ text: String) -> SinkReply {
        SinkReply(503, "5.5.1", text)
    }
}
