import ObjectModel

/// A destination of type MAIL to start from: what the Destination service imports.
struct MailTemplate: Sendable {
    enum Authentication: String, CaseIterable, Sendable {
        case basic, oauth2, none
    }

    let name: String
    let host: String
    let authentication: Authentication

    /// JSON, in the order in which people read it.
    var text: String {
        let lines = properties.map { name, value in "  \(Self.quoted(name)): \(Self.quoted(value))" }
        return "{\n" + lines.joined(separator: ",\n") + "\n}\n"
    }

    /// A Secret with the destination as a file.
    func secret(in namespace: String?) -> String {
        var lines = ["apiVersion: v1", "kind: Secret", "metadata:", "  name: \(YAMLScalarText.text(secretName))"]
        if let namespace { lines.append("  namespace: \(YAMLScalarText.text(namespace))") }
        lines += ["stringData:", "  \(Self.quoted("\(name).json")): |"]
        lines += text.split(separator: "\n").map { "    \($0)" }
        return lines.joined(separator: "\n") + "\n"
    }

    /// Whether a Secret can hold it: its name becomes a key of the Secret's, with `.json`.
    var fitsSecret: Bool {
        !name.isEmpty && name.utf8.count <= 200 && name.first != "."
            && name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || "-_.".contains($0)) }
    }

    /// The destination's name as one of an object in Kubernetes (RFC 1123 subdomain).
    private var secretName: String {
        var text = name.lowercased().replacing("_", with: "-")[...]
        while let last = text.last, "-.".contains(last) { text.removeLast() }
        while let first = text.first, "-.".contains(first) { text.removeFirst() }
        return text.isEmpty ? "destination" : String(text)
    }

    private var properties: [(String, String)] {
        let common = [
            ("Name", name), ("Type", "MAIL"), ("ProxyType", "Internet"), ("mail.transport.protocol", "smtps"),
            ("mail.smtps.host", host), ("mail.smtps.port", "465"),
        ]
        switch authentication {
        case .basic:
            return common + [
                ("mail.smtps.auth", "true"), ("Authentication", "BasicAuthentication"), ("mail.user", "<user>"),
                ("mail.password", "<password>"),
            ]
        case .oauth2:
            return common + [
                ("mail.smtps.auth", "true"), ("Authentication", "OAuth2ClientCredentials"), ("mail.user", "<mailbox>"),
                ("tokenServiceURL", "<token URL>"), ("tokenServiceURLType", "Dedicated"), ("clientId", "<client id>"),
                ("clientSecret", "<client secret>"), ("scope", "<scope>"),
            ]
        case .none:
            return common + [("mail.smtps.auth", "false"), ("Authentication", "NoAuthentication")]
        }
    }

    private static func quoted(_ text: String) -> String {
        String(decoding: ObjectValue.string(text).json(), as: UTF8.self)
    }
}
