internal import FoundationEssentials

/// One AUTH command's exchange (RFC 4954 §4), from the command to the verdict. Each response of the client gives one
/// outcome.
struct LoginExchange {
    enum Outcome {
        /// 334 with this challenge, already in base64; the client's next line comes to ``respond(_:)``.
        case challenge(String)
        case success(SinkLogin)
        case failure(SinkReply)
    }

    private enum State {
        /// The next response is the mechanism's only, or first, one.
        case first
        /// LOGIN: the user name is known, the password is due.
        case password(user: String)
        /// The verdict of a bearer mechanism was a 334 with the error; this dummy response is due (RFC 7628 §3.2.3).
        case dummy(expected: [UInt8])
    }

    let mechanism: SinkMechanism
    let accounts: SinkAccounts
    /// Set when the client's last response broke the mechanism's rules in a way that the verdict doesn't show.
    private(set) var violation: String?
    private var state = State.first

    init(mechanism: SinkMechanism, accounts: SinkAccounts) {
        self.mechanism = mechanism
        self.accounts = accounts
    }

    /// Starts the exchange.
    ///
    /// - Parameter initialResponse: as in the AUTH command: base64, or `=` for an empty one.
    mutating func start(initialResponse: String?) -> Outcome {
        if let initialResponse { return respond(initialResponse == "=" ? "" : initialResponse) }
        switch mechanism {
        case .plain, .xoauth2, .oauthbearer: return .challenge("")
        case .login: return .challenge(Self.encode("Username:"))
        }
    }

    /// Takes a response line of the client, in base64.
    mutating func respond(_ line: String) -> Outcome {
        if line == "*" { return .failure(SinkReply(501, "5.7.0", "Login cancelled")) }
        guard let response = Self.decode(line) else {
            return .failure(SinkReply(501, "5.5.2", "That is not base64"))
        }
        switch (state, mechanism) {
        case (.first, .plain): return plain(response)
        case (.first, .login):
            guard let user = Self.text(response), !user.isEmpty else { return Self.malformed }
            state = .password(user: user)
            return .challenge(Self.encode("Password:"))
        case (.password(let user), _):
            guard let password = Self.text(response) else { return Self.malformed }
            return verdict(accounts.accepts(user: user, password: password) ? user : nil)
        case (.first, .xoauth2): return xoauth2(response)
        case (.first, .oauthbearer): return oauthbearer(response)
        case (.dummy(let expected), _):
            if response != expected { violation = "wrong answer to a bearer mechanism's error" }
            return Self.refused
        }
    }

    // MARK: The mechanisms

    /// RFC 4616: authorisation identity NUL user NUL password.
    private func plain(_ response: [UInt8]) -> Outcome {
        let parts = response.split(separator: 0, omittingEmptySubsequences: false)
        guard parts.count == 3, let authorization = Self.text(parts[0]), let user = Self.text(parts[1]), !user.isEmpty,
            let password = Self.text(parts[2]), !password.isEmpty
        else { return Self.malformed }
        let isAllowed = authorization.isEmpty || authorization == user
        return verdict(accounts.accepts(user: user, password: password) && isAllowed ? user : nil)
    }

    /// `user=<user>^Aauth=Bearer <token>^A^A`.
    private mutating func xoauth2(_ response: [UInt8]) -> Outcome {
        let fields = response.split(separator: 1, omittingEmptySubsequences: false).map(Self.text)
        guard fields.count == 4, fields[2] == "", fields[3] == "", let user = fields[0]?.value(ofKey: "user"),
            let token = fields[1]?.value(ofKey: "auth").flatMap(Self.bearerToken)
        else { return Self.malformed }
        if accounts.user(ofToken: token) == user { return verdict(user) }
        state = .dummy(expected: [])
        return .challenge(Self.encode(#"{"status":"401","schemes":"bearer","scope":"mail"}"#))
    }

    /// RFC 7628 §3.1: a GS2 header, then `key=value` pairs, each ended by ^A, then another ^A.
    private mutating func oauthbearer(_ response: [UInt8]) -> Outcome {
        let fields = response.split(separator: 1, omittingEmptySubsequences: false).map(Self.text)
        guard fields.count >= 4, fields[fields.count - 1] == "", fields[fields.count - 2] == "",
            let header = fields[0]?.split(separator: ",", omittingEmptySubsequences: false), header.count == 3,
            header[0] == "n" || header[0] == "y", header[2].isEmpty,
            let token = fields.compactMap({ $0?.value(ofKey: "auth") }).first.flatMap(Self.bearerToken)
        else { return Self.malformed }
        var authorization: String?
        if !header[1].isEmpty {
            guard let name = String(header[1]).value(ofKey: "a").flatMap(Self.unescape) else { return Self.malformed }
            authorization = name
        }
        if let user = accounts.user(ofToken: token), authorization == nil || authorization == user {
            return verdict(user)
        }
        state = .dummy(expected: [1])
        return .challenge(Self.encode(#"{"status":"invalid_token","scope":"mail"}"#))
    }

    private func verdict(_ user: String?) -> Outcome {
        user.map { .success(SinkLogin(user: $0, mechanism: mechanism)) } ?? Self.refused
    }

    // MARK: Pieces

    private static let malformed = Outcome.failure(SinkReply(501, "5.5.2", "The response is malformed"))
    private static let refused = Outcome.failure(SinkReply(535, "5.7.8", "User, password or token is wrong"))

    private static func text(_ bytes: some Sequence<UInt8>) -> String? {
        String(validating: Array(bytes), as: UTF8.self)
    }

    private static func bearerToken(_ value: String) -> String? {
        let parts = value.split(separator: " ", omittingEmptySubsequences: false)
        guard parts.count == 2, parts[0].lowercased() == "bearer", !parts[1].isEmpty else { return nil }
        return String(parts[1])
    }

    /// RFC 5801 §4's saslname: `=2C` is a comma and `=3D` an equals sign.
    private static func unescape(_ name: String) -> String? {
        let parts = name.split(separator: "=", omittingEmptySubsequences: false)
        var text = String(parts[0])
        for part in parts.dropFirst() {
            switch part.prefix(2) {
            case "2C": text += ","
            case "3D": text += "="
            default: return nil
            }
            text += part.dropFirst(2)
        }
        return text
    }

    private static func encode(_ text: String) -> String {
        Data(text.utf8).base64EncodedString()
    }

    private static func decode(_ line: String) -> [UInt8]? {
        Data(base64Encoded: line).map(Array.init)
    }
}

extension String {
    /// What follows `key=`, if that is how the text begins.
    func value(ofKey key: String) -> String? {
        hasPrefix(key + "=") ? String(dropFirst(key.count + 1)) : nil
    }
}
