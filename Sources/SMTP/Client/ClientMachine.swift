public import NIOCore

/// The client side of SMTP: one session with a mail server, from the greeting over the login to any number of
/// transactions (RFC 5321, 2920, 4954). No I/O, no clock: bytes and requests go in, actions come out.
///
/// Feed it with ``receive(_:)`` or a request, then run ``nextAction()`` until it returns nil.
public struct ClientMachine: Sendable {
    /// How to introduce oneself and log in.
    public struct Configuration: Hashable, Sendable {
        /// The argument of EHLO: a domain name or an address literal.
        public var name: String
        /// The server, as OAUTHBEARER wants to know it.
        public var host: String
        /// The server's port, for the same.
        public var port: Int
        /// Who to log in as.
        public var credentials: SASLCredentials
        /// The mechanisms that the destination permits, in upper case, the preferred one first; nil for all.
        public var allowedMechanisms: [String]?
        /// The mechanism to try first where the server offers it.
        public var preferredMechanism: SASLMechanism?
        /// How many times the session tries to log in.
        public var maxLoginAttempts = Self.maxLoginAttempts

        /// The default: a mechanism, and another one where the server refuses the first.
        public static let maxLoginAttempts = 2

        /// What a session needs to know.
        public init(
            name: String,
            host: String,
            port: Int,
            credentials: SASLCredentials,
            allowedMechanisms: [String]? = nil
        ) {
            self.name = name
            self.host = host
            self.port = port
            self.credentials = credentials
            self.allowedMechanisms = allowedMechanisms
        }
    }

    /// What is to be done.
    public enum Action: Hashable, Sendable {
        case write(ByteBuffer)
        /// Logged in and ready for transactions.
        case established(Capabilities)
        /// The reply to what a transaction asked for.
        case replied(ClientExpectation, Reply)
        /// Close the connection. Nothing more will come.
        case fail(ClientFailure)
        /// The server has answered QUIT.
        case close
    }

    /// The oldest reply that is still to come.
    public struct PendingReply: Hashable, Sendable {
        /// What it answers.
        public let expectation: ClientExpectation
        /// How many replies came before it in this session.
        public let number: Int
    }

    private enum State {
        /// To ``ehlo`` by the greeting, to ``plaintext`` when the server speaks before TLS, to ``over`` by a refusal.
        case greeting
        /// The server speaks in plain text where TLS is due. To ``over`` by its first reply.
        case plaintext
        /// To ``authenticating`` or ``ready``, to ``helo`` where the server doesn't know the command, or ``over``.
        case ehlo
        /// To ``ready`` or ``over``.
        case helo
        /// To ``ready`` or ``over``.
        case authenticating
        /// Replies come in the order of `expected`. To ``over`` by QUIT or by a reply that nothing asked for.
        case ready
        case over
    }

    private struct Request {
        var expectation: ClientExpectation
        var bytes: ByteBuffer

        init(expectation: ClientExpectation, bytes: ByteBuffer) {
            self.expectation = expectation
            self.bytes = bytes
        }

        init(_ expectation: ClientExpectation, _ line: String) {
            self.init(expectation: expectation, bytes: ByteBuffer(string: "\(line)\r\n"))
        }
    }

    private let configuration: Configuration
    private var state = State.greeting
    private var parser = ReplyParser()
    private var inbound = ByteBuffer()
    /// Requests that were sent and wait for their reply, oldest first.
    private var expected: [ClientExpectation] = [.greeting]
    private var repliesReceived = 0
    /// Requests that wait until the server, which can't pipeline, has answered the one before.
    private var held: [Request] = []
    private var actions: [Action] = []
    /// For all replies: what a server learned in a session it can repeat in the greeting of the next.
    private var redactor: CredentialRedactor?
    private var ehloReader = EHLOReader()
    /// The 220; until EHLO is answered.
    private var greeting: Reply?
    private var nonMailCommands = NonMailCommands()
    private var login: LoginAttempts?

    /// Whether the server has accepted EHLO or HELO.
    public private(set) var isIntroduced = false
    /// What the server offered; nothing before ``Action/established(_:)``.
    public private(set) var capabilities = Capabilities()
    /// The software that the server has told of; ``MailServerSoftware/unknown`` before ``Action/established(_:)``.
    public private(set) var software = MailServerSoftware.unknown

    /// The mechanism of the last attempt to log in; nil where there was none.
    public var mechanism: SASLMechanism? { login?.mechanism }
    /// How many times the session has tried to log in.
    public var loginAttempts: Int { login?.count ?? 0 }
    /// How the server has refused the first attempt, while a second one is under way: what to report if that gets no
    /// reply.
    public var loginRefusal: ClientFailure? {
        switch state {
        case .authenticating: login?.refusal
        case .greeting, .plaintext, .ehlo, .helo, .ready, .over: nil
        }
    }

    /// A session whose greeting is still to come.
    public init(_ configuration: Configuration) {
        self.configuration = configuration
        switch configuration.credentials {
        case .none: break
        case .password(_, let secret), .bearer(_, let secret):
            redactor = CredentialRedactor(secret: Array(secret.utf8), responses: [])
        }
    }

    /// Bytes of the server that were looked at, each as often as it was. For tests: the work must be linear.
    package var steps: Int { parser.steps + ehloReader.steps + (redactor?.steps ?? 0) }

    /// The reply that the session waits for now; nil when the next move is ours.
    public var pendingReply: PendingReply? {
        expected.first.map { PendingReply(expectation: $0, number: repliesReceived) }
    }

    /// Whether ``reset()`` is within what the server allows a session. If not, the session can only end.
    public var allowsReset: Bool { nonMailCommands.allowReset(software) }

    /// Bytes from the server.
    public mutating func receive(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        if inbound.readableBytes == 0 {
            inbound = bytes
        } else {
            // What was read is let go of, at a cost that it has paid for.
            if inbound.readerIndex > inbound.readableBytes { inbound.discardReadBytes() }
            inbound.writeImmutableBuffer(bytes)
        }
    }

    /// Bytes that the server sent in plain text instead of TLS, from its first one on. A refusal is what it would be in a
    /// greeting; nothing else is believed, and nothing is sent.
    public mutating func receivePlaintext(_ bytes: ByteBuffer) {
        switch state {
        case .greeting: state = .plaintext
        case .plaintext, .ehlo, .helo, .authenticating, .ready, .over: break
        }
        receive(bytes)
    }

    /// The next thing to do, or nil until something is received or requested.
    public mutating func nextAction() -> Action? {
        while actions.isEmpty, !isOver, inbound.readableBytes > 0 {
            do {
                guard let reply = try parser.next(from: &inbound) else { break }
                handle(reply)
            } catch {
                fail(isPlaintext ? .notTLS : .malformed(error))
            }
        }
        if inbound.readableBytes == 0, inbound.capacity > 0 { inbound = ByteBuffer() }
        return actions.isEmpty ? nil : actions.removeFirst()
    }

    // MARK: Requests of a transaction

    /// MAIL, with the parameters that the client gave and the server knows.
    public mutating func mail(_ address: EnvelopeAddress) {
        nonMailCommands.sentMail()
        command(.mail, "MAIL FROM:<\(address.path.mailbox)>\(Self.words(address.parameters))")
    }

    /// RCPT.
    public mutating func recipient(_ address: EnvelopeAddress) {
        command(.recipient, "RCPT TO:<\(address.path.mailbox)>\(Self.words(address.parameters))")
    }

    /// DATA.
    public mutating func data() {
        command(.data, "DATA")
    }

    /// A part of the message, dots stuffed, behind a 354.
    public mutating func content(_ bytes: ByteBuffer) {
        guard !isOver else { return }
        actions.append(.write(bytes))
    }

    /// The final dot. The message must have ended with CRLF, or be empty.
    public mutating func endOfData() {
        send(Request(expectation: .endOfData, bytes: ByteBuffer(staticString: ".\r\n")))
    }

    /// Ends a transaction that didn't come to its final dot; also a probe.
    public mutating func reset() {
        nonMailCommands.sentReset()
        command(.reset, "RSET")
    }

    /// Takes leave.
    public mutating func quit() {
        command(.quit, "QUIT")
    }

    // MARK: Inside

    private var isOver: Bool {
        switch state {
        case .over: true
        case .greeting, .plaintext, .ehlo, .helo, .authenticating, .ready: false
        }
    }

    private var isReady: Bool {
        switch state {
        case .ready: true
        case .greeting, .plaintext, .ehlo, .helo, .authenticating, .over: false
        }
    }

    private var isPlaintext: Bool {
        switch state {
        case .plaintext: true
        case .greeting, .ehlo, .helo, .authenticating, .ready, .over: false
        }
    }

    private static func words(_ parameters: [Parameter]) -> String {
        parameters.map { " \($0)" }.joined()
    }

    private mutating func command(_ expectation: ClientExpectation, _ line: String) {
        send(Request(expectation, line))
    }

    /// A command on the way to ``State/ready``: goes in front of requests that came too early.
    private mutating func introduce(_ expectation: ClientExpectation, _ line: String) {
        expected.append(expectation)
        actions.append(.write(Request(expectation, line).bytes))
    }

    /// Sends at once where the server pipelines (RFC 2920), else when all before was answered.
    private mutating func send(_ request: Request) {
        guard !isOver else { return }
        guard isReady, held.isEmpty, expected.isEmpty || capabilities.pipelining else {
            held.append(request)
            return
        }
        expected.append(request.expectation)
        if case .write(var bytes) = actions.last, bytes.readableBytes < 1024 {
            // One write, one TLS record, for what is pipelined.
            bytes.writeImmutableBuffer(request.bytes)
            actions[actions.count - 1] = .write(bytes)
        } else {
            actions.append(.write(request.bytes))
        }
    }

    private mutating func sendHeld() {
        guard expected.isEmpty, !held.isEmpty else { return }
        let request = held.removeFirst()
        expected.append(request.expectation)
        actions.append(.write(request.bytes))
    }

    private mutating func fail(_ failure: ClientFailure) {
        state = .over
        expected = []
        held = []
        actions.append(.fail(failure))
    }

    private mutating func handle(_ received: Reply) {
        let reply = redactor?.redact(received) ?? received
        guard !expected.isEmpty else {
            return fail(.unexpectedReply(reply))
        }
        let expectation = expected.removeFirst()
        repliesReceived += 1
        switch state {
        case .greeting:
            guard reply.code == 220 else { return fail(.greetingRefused(reply)) }
            greeting = reply
            state = .ehlo
            introduce(.ehlo, "EHLO \(configuration.name)")
        case .plaintext:
            fail(reply.code >= 400 ? .greetingRefused(reply) : .greetedWithoutTLS(reply))
        case .ehlo where [500, 502, 504].contains(reply.code):
            // RFC 5321 section 3.2: a server without extensions.
            state = .helo
            introduce(.ehlo, "HELO \(configuration.name)")
        case .ehlo, .helo:
            guard reply.isPositive else { return fail(.refused(reply)) }
            if case .ehlo = state {
                // A keyword may look like the secret; what isn't known is left out anyway.
                capabilities = ehloReader.read(received)
            }
            isIntroduced = true
            if let greeting { software = MailServerSoftware(greeting: greeting, ehlo: received) }
            greeting = nil
            logIn()
        case .authenticating:
            if reply.isPositive {
                becomeReady()
            } else if reply.code == 334, let answer = login?.answer() {
                introduce(.authentication, answer)
            } else {
                switch login?.refused(reply) {
                case .command(let line): introduce(.authentication, line)
                case .fail(let failure): fail(failure)
                case nil: break
                }
            }
        case .ready:
            ready(expectation, reply)
        case .over:
            break
        }
    }

    private mutating func logIn() {
        guard configuration.credentials != .none else {
            return becomeReady()
        }
        var login = LoginAttempts(configuration, offered: capabilities.authenticationMechanisms)
        guard let line = login.begin() else {
            return fail(.noMechanism(offered: capabilities.authenticationMechanisms))
        }
        redactor = login.redactor
        self.login = login
        state = .authenticating
        introduce(.authentication, line)
    }

    private mutating func becomeReady() {
        state = .ready
        if configuration.credentials.secret.utf8.count < CredentialRedactor.minSecretLengthInSession { redactor = nil }
        actions.append(.established(capabilities))
        sendHeld()
    }

    private mutating func ready(_ expectation: ClientExpectation, _ reply: Reply) {
        switch expectation {
        case .quit:
            state = .over
            actions.append(.close)
        case .greeting, .ehlo, .authentication, .mail, .recipient, .data, .endOfData, .reset:
            if expectation == .endOfData, reply.isPositive { nonMailCommands.acceptedMessage(software) }
            actions.append(.replied(expectation, reply))
            sendHeld()
        }
    }
}
