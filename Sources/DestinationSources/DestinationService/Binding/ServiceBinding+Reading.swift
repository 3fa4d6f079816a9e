public import DestinationModel
internal import FoundationEssentials
import ObjectModel
internal import TLS
internal import YAML

extension ServiceBinding {
    /// A Secret is a megabyte at most.
    private static let maximumBytes = 1 << 20

    /// Reads a binding from the data of a Secret.
    ///
    /// It stands there either as one JSON text under one key, plain or in base64, perhaps inside of `credentials` as
    /// service keys come; or with one key for each field, as the BTP operator writes it.
    ///
    /// - Parameters:
    ///   - secret: The Secret's name, for errors.
    ///   - data: Its data, not in base64 any more.
    ///   - key: The key that holds the JSON; nil to find out.
    ///   - privateKey: The private key in PEM, where it is kept apart from the rest.
    /// - Throws: what is missing or wrong, by name.
    public init(
        secret: String,
        data: [String: [UInt8]],
        key: String? = nil,
        privateKey: Secret? = nil
    ) throws(ServiceBindingError) {
        let fields = try Self.fields(secret, data, key)
        try self.init(secret, fields, privateKey)
    }

    private init(
        _ secret: String,
        _ fields: [String: String],
        _ privateKey: Secret?
    ) throws(ServiceBindingError) {
        let key = fields["key"].map(Secret.init) ?? privateKey
        // A binding by certificate may hold a `clientsecret` of former times; a binding by secret never a certificate.
        let usesCertificate = fields["certificate"] != nil || fields["certurl"] != nil && fields["clientsecret"] == nil
        let names = usesCertificate ? ["clientid", "certificate", "certurl", "uri"] : ["clientid", "url", "uri"]
        var missing = names.filter { fields[$0] == nil }
        if usesCertificate, key == nil { missing.append("key") }
        if !usesCertificate, fields["clientsecret"] == nil { missing.append("clientsecret (or certificate and key)") }
        guard missing.isEmpty else {
            throw ServiceBindingError(
                .missing,
                secret,
                fields: missing,
                "the service binding lacks \(missing.joined(separator: ", ")); use a binding or key of the Destination "
                    + "service as it was created"
            )
        }
        let login: Login
        if usesCertificate, let chain = fields["certificate"], let key {
            login = try Self.certificate(
                try Self.pem(chain, "CERTIFICATE", "certificate", secret),
                try Self.pem(key.reveal(), "PRIVATE KEY", "key", secret),
                secret
            )
        } else {
            login = .secret(Secret(fields["clientsecret"] ?? ""))
        }
        let authorizationField = usesCertificate ? "certurl" : "url"
        let authorization = try Self.url(fields, authorizationField, secret)
        guard authorization.hasSubdomain else {
            throw ServiceBindingError(
                .invalid,
                secret,
                fields: [authorizationField],
                "\(authorizationField) must name a host whose first label is the provider's subdomain"
            )
        }
        self.init(
            clientID: fields["clientid"] ?? "",
            login: login,
            authorization: authorization,
            service: try Self.url(fields, "uri", secret)
        )
    }

    private static func certificate(
        _ chain: String,
        _ key: String,
        _ secret: String
    ) throws(ServiceBindingError) -> Login {
        do {
            try TLSIdentity(certificateChainPEM: Array(chain.utf8), privateKeyPEM: Array(key.utf8)).check()
        } catch {
            throw ServiceBindingError(
                .invalid,
                secret,
                fields: ["certificate", "key"],
                "certificate and key can't be used: \(error.reason)"
            )
        }
        return .certificate(chain: Secret(chain), key: Secret(key))
    }

    private static func url(
        _ fields: [String: String],
        _ name: String,
        _ secret: String
    ) throws(ServiceBindingError) -> ServiceURL {
        guard let url = ServiceURL(fields[name] ?? "") else {
            throw ServiceBindingError(
                .invalid,
                secret,
                fields: [name],
                "\(name) must be an https:// URL without login, query and fragment"
            )
        }
        return url
    }

    /// PEM with real line ends: some tools write them as `\n`.
    private static func pem(
        _ text: String,
        _ label: String,
        _ field: String,
        _ secret: String
    ) throws(ServiceBindingError) -> String {
        let lines = text.split(separator: "\\n", omittingEmptySubsequences: false).joined(separator: "\n")
        guard lines.contains("-----BEGIN "), lines.contains("\(label)-----") else {
            throw ServiceBindingError(.invalid, secret, fields: [field], "\(field) holds no PEM block '\(label)'")
        }
        return lines
    }
}

// MARK: Finding the fields

extension ServiceBinding {
    private static let names: Set = ["clientid", "clientsecret", "certificate", "key", "url", "certurl", "uri"]

    private static func fields(
        _ secret: String,
        _ data: [String: [UInt8]],
        _ key: String?
    ) throws(ServiceBindingError) -> [String: String] {
        if let key {
            guard let bytes = data[key] else {
                throw ServiceBindingError(.missing, secret, fields: [key], "there is no key \(Quoted(key))")
            }
            guard let object = object(bytes) else {
                throw ServiceBindingError(
                    .malformed,
                    secret,
                    fields: [key],
                    "the key \(Quoted(key)) must hold the service binding as a JSON object, plain or in base64"
                        + (fault(bytes).map { "; \($0)" } ?? "")
                )
            }
            return texts(object)
        }
        if data["clientid"] != nil || data["uri"] != nil {
            return data.filter { names.contains($0.key) }.compactMapValues { text(String(decoding: $0, as: UTF8.self)) }
        }
        // Besides the binding, the operator writes plain texts and, under names with a dot, JSON about the texts.
        let candidates = data.compactMapValues(object).filter { isBinding($0.value) }
        guard let found = candidates.first else {
            throw ServiceBindingError(
                .missing,
                secret,
                "holds no service binding: neither a key clientid nor a key with a binding as JSON"
            )
        }
        guard candidates.count == 1 else {
            let keys = candidates.keys.sorted()
            throw ServiceBindingError(
                .ambiguous,
                secret,
                fields: keys,
                "more than one key holds a service binding (\(keys.map { "\(Quoted($0))" }.joined(separator: ", "))): "
                    + "name one with secretKey"
            )
        }
        return texts(found.value)
    }

    private static func isBinding(_ object: [String: ObjectValue]) -> Bool {
        object["clientid"] != nil || object["uri"] != nil
    }

    /// The members of the JSON object that a value holds, of its `credentials` where it has them.
    private static func object(_ bytes: [UInt8]) -> [String: ObjectValue]? {
        guard let members = try? json(bytes).value.objectValue else { return nil }
        return members["credentials"]?.objectValue ?? members
    }

    /// Why a value is no JSON; nil where it is some. Says where, and shows nothing of the text: it holds the login.
    private static func fault(_ bytes: [UInt8]) -> String? {
        do {
            _ = try json(bytes)
            return nil
        } catch {
            let place = "line \(error.position.line), column \(error.position.column)"
            return switch error.code {
            case .duplicateKey: "a member stands there twice (\(place))"
            case .size, .depth: "it is too large or too deep (\(place))"
            default: "it is no valid JSON (\(place))"
            }
        }
    }

    private static func json(_ bytes: [UInt8]) throws(JSONError) -> ObjectDocument {
        let options = JSONReader.Options(maximumLength: maximumBytes, maximumDepth: 20, maximumCount: 10_000)
        let isPlain = bytes.first { !Character(UnicodeScalar($0)).isWhitespace } == UInt8(ascii: "{")
        let decoded = isPlain ? nil : Data(base64Encoded: Data(bytes), options: .ignoreUnknownCharacters)
        return try JSONReader.document(decoded.map(Array.init) ?? bytes, options: options)
    }

    private static func texts(_ object: [String: ObjectValue]) -> [String: String] {
        object.filter { names.contains($0.key) }.compactMapValues { $0.stringValue.flatMap(text) }
    }

    /// The text without what an editor or `echo` puts at its end; nil if nothing is left.
    private static func text(_ text: String) -> String? {
        let isSpace = { (character: Character) in character.isWhitespace }
        let kept = String(text.drop(while: isSpace).reversed().drop(while: isSpace).reversed())
        return kept.isEmpty ? nil : kept
    }
}
