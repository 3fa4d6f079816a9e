import FoundationEssentials

/// Looks for secrets in text: as they are, and as SASL puts them on the wire.
struct Secrets {
    /// What each form is a form of, by the form. Names, not secrets, are what a failing test prints.
    private var forms: [String: String] = [:]

    /// A password of a user, as PLAIN (RFC 4616) and LOGIN send it too.
    mutating func add(password: String, user: String) {
        self.forms[password] = "password of \(user)"
        self.forms[Self.base64(password)] = "LOGIN password of \(user)"
        self.forms[Self.base64("\0\(user)\0\(password)")] = "PLAIN response of \(user)"
        self.forms[Self.base64("\(user):\(password)")] = "basic authentication of \(user)"
    }

    /// A token, as XOAUTH2 sends it too. OAUTHBEARER's response holds what only its sender knows, so the token's own
    /// encodings, at each of the three places in a group where it can begin, stand for it.
    mutating func add(token: String, user: String) {
        self.forms[token] = "token"
        self.forms[Self.base64("user=\(user)\u{1}auth=Bearer \(token)\u{1}\u{1}")] = "XOAUTH2 response of \(user)"
        for offset in 0..<3 {
            let encoded = Self.base64(String(token.dropFirst(offset)))
            // The last group depends on what follows the token.
            self.forms[String(encoded.prefix(encoded.count / 4 * 4 - 4))] = "encoded token"
        }
    }

    /// A private key in PEM: every line of it, as it is and encoded once more, as Secrets are.
    mutating func add(privateKey pem: String) {
        for line in pem.split(separator: "\n") where !line.contains("-----") && line.count > 20 {
            self.forms[String(line)] = "private key"
        }
        self.forms[Self.base64(pem)] = "encoded private key"
    }

    /// The names of the secrets that are in the text.
    func found(in text: String) -> Set<String> {
        Set(self.forms.filter { text.contains($0.key) }.values)
    }

    private static func base64(_ text: String) -> String { Data(text.utf8).base64EncodedString() }
}
