/// The login of one session: which mechanism is tried, and which next when the server refuses one (RFC 4954 section 6).
struct LoginAttempts: Sendable {
    /// What follows a refusal.
    enum NextStep: Hashable, Sendable {
        /// This line begins the next attempt.
        case command(String)
        case fail(ClientFailure)
    }

    private let configuration: ClientMachine.Configuration
    /// The mechanisms that weren't tried, in the order in which they are.
    private var candidates: ArraySlice<SASLMechanism>
    private var exchange: SASLExchange?
    /// How many attempts were begun.
    private(set) var count = 0
    /// The refusal that is reported if no further attempt succeeds.
    private(set) var refusal: ClientFailure?
    /// Removes what the server repeats of any attempt from its replies.
    let redactor: CredentialRedactor

    /// - Parameter offered: the mechanisms of the server that the relay speaks.
    init(_ configuration: ClientMachine.Configuration, offered: [SASLMechanism]) {
        self.configuration = configuration
        let credentials = configuration.credentials
        let allowed = configuration.allowedMechanisms?.compactMap(SASLMechanism.init(rawValue:))
        let preferred = configuration.preferredMechanism.map { [$0] } ?? []
        var candidates: [SASLMechanism] = []
        for mechanism in preferred + (allowed ?? credentials.mechanisms) {
            guard credentials.mechanisms.contains(mechanism), offered.contains(mechanism),
                allowed?.contains(mechanism) ?? true, !candidates.contains(mechanism)
            else { continue }
            candidates.append(mechanism)
        }
        self.candidates = candidates[...]
        let exchanges = candidates.compactMap { SASLExchange($0, configuration) }
        redactor = CredentialRedactor(
            secret: Array(credentials.secret.utf8),
            responses: exchanges.flatMap(\.allResponses)
        )
    }

    /// The mechanism of the last attempt.
    var mechanism: SASLMechanism? { exchange?.mechanism }

    /// Begins the first attempt.
    /// - Returns: the command; nil when there is no mechanism that both sides can use.
    mutating func begin() -> String? {
        guard let mechanism = candidates.popFirst() else { return nil }
        return begin(mechanism)
    }

    /// The answer to a 334; nil when all was said.
    mutating func answer() -> String? { exchange?.answer() }

    /// The server has refused the attempt (4yz, 5yz), or goes on asking (334).
    mutating func refused(_ reply: Reply) -> NextStep {
        guard let mechanism else { return .fail(.noMechanism(offered: [])) }
        let failure: ClientFailure =
            reply.isTransient ? .loginDeferred(mechanism, reply) : .loginRefused(mechanism, reply)
        // What a server says of the credentials tells more than that it doesn't take a mechanism.
        if !(refusal?.areCredentialsRefused ?? false) { refusal = failure }
        guard count < configuration.maxLoginAttempts, let next = next(after: mechanism, reply),
            let command = begin(next)
        else { return .fail(refusal ?? failure) }
        return .command(command)
    }

    /// The mechanism to try next. One that the server doesn't take after all is followed by any other. A password that
    /// was refused with PLAIN is tried with LOGIN: servers exist that offer both and know LOGIN alone.
    private mutating func next(after mechanism: SASLMechanism, _ reply: Reply) -> SASLMechanism? {
        if reply.refusesMechanism { return candidates.popFirst() }
        guard reply.code == 535, mechanism == .plain, candidates.contains(.login) else { return nil }
        candidates = []
        return .login
    }

    private mutating func begin(_ mechanism: SASLMechanism) -> String? {
        exchange = SASLExchange(mechanism, configuration)
        count += 1
        return exchange?.command()
    }
}

extension Reply {
    /// Whether a reply to AUTH is about the mechanism and not about the credentials: unknown command, parameter or
    /// mechanism, mechanism too weak, encryption required (RFC 4954 section 6, RFC 5321 section 4.2.2).
    var refusesMechanism: Bool { [500, 502, 504, 534, 538].contains(code) }
}

extension LoginAttempts: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}
