/// One login: what to answer to each of the server's challenges (RFC 4954 §4).
struct SASLExchange: Sendable {
    let mechanism: SASLMechanism
    /// The responses still to be given, Base64 not yet applied.
    private var responses: ArraySlice<[UInt8]>
    private var hasSaidAll = false

    /// - Parameter configuration: the credentials; OAUTHBEARER carries the server's name and port too.
    /// - Returns: nil when the mechanism can't carry the credentials.
    init?(_ mechanism: SASLMechanism, _ configuration: ClientMachine.Configuration) {
        self.mechanism = mechanism
        switch (mechanism, configuration.credentials) {
        case (.plain, .password(let user, let password)):
            responses = [Array("\0\(user)\0\(password)".utf8)]
        case (.login, .password(let user, let password)):
            responses = [Array(user.utf8), Array(password.utf8)]
        case (.xoauth2, .bearer(let user, let token)):
            responses = [Array("user=\(user)\u{1}auth=Bearer \(token)\u{1}\u{1}".utf8)]
        case (.oauthbearer, .bearer(let user, let token)):
            let name = user.unicodeScalars.map { character in
                // RFC 5801 §4: the two characters that have a meaning in a GS2 header.
                switch character {
                case ",": "=2C"
                case "=": "=3D"
                default: String(character)
                }
            }.joined()
            let message =
                "n,a=\(name),\u{1}host=\(configuration.host)\u{1}port=\(configuration.port)\u{1}auth=Bearer \(token)\u{1}\u{1}"
            responses = [Array(message.utf8)]
        case (.plain, _), (.login, _), (.xoauth2, _), (.oauthbearer, _):
            return nil
        }
    }

    /// The responses that were not given yet.
    var allResponses: [[UInt8]] { Array(responses) }

    /// RFC 4954 §4: a command line of at most 512 octets, line end included.
    private static let longestLine = 512

    /// The AUTH command, with the initial response where the mechanism has one and the line stays short enough.
    mutating func command() -> String {
        let bare = "AUTH \(mechanism.rawValue)"
        guard mechanism != .login, let initial = responses.first else { return bare }
        let inline = "\(bare) \(Base64.encode(initial))"
        guard inline.utf8.count + 2 <= Self.longestLine else { return bare }
        responses = responses.dropFirst()
        return inline
    }

    /// The answer to a 334.
    ///
    /// A challenge after the last response is how XOAUTH2 and OAUTHBEARER tell of a failure: the former wants an empty
    /// line, the latter a ^A (RFC 7628 §3.2.3); the true reply follows. PLAIN and LOGIN have nothing more to say and
    /// cancel (RFC 4954 §4).
    ///
    /// - Returns: nil when that was said before: a server that goes on asking has nothing to say.
    mutating func answer() -> String? {
        if let response = responses.popFirst() {
            return Base64.encode(response)
        }
        guard !hasSaidAll else { return nil }
        hasSaidAll = true
        switch mechanism {
        case .plain, .login: return "*"
        case .xoauth2: return ""
        case .oauthbearer: return Base64.encode([1])
        }
    }
}

extension SASLExchange: CustomStringConvertible, CustomReflectable {
    var description: String { "<redacted>" }

    var customMirror: Mirror { Mirror(self, children: [:]) }
}
