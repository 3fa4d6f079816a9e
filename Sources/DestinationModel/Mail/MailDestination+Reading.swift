public import ObjectModel

extension MailDestination {
    /// Reads a destination as the cockpit exports it and the Destination service returns it: a flat object.
    ///
    /// Numbers and booleans stand for their texts. Keys that are unknown are ignored.
    ///
    /// - Parameter hasProvidedTokens: whether the Destination service has sent access tokens with it (`authTokens`):
    ///   `clientSecret` is then optional.
    /// - Throws: `MailDestinationError` with all problems.
    public init(_ document: ObjectDocument, hasProvidedTokens: Bool = false) throws(MailDestinationError) {
        guard let properties = document.value.objectValue else {
            throw MailDestinationError(problems: [
                .init(
                    code: .malformed,
                    key: nil,
                    message: "a destination must be an object, not \(document.value.kindName)",
                    position: document.positions.value(at: .root)
                )
            ])
        }
        var reader = PropertyReader(
            properties,
            positions: document.positions,
            hasProvidedTokens: hasProvidedTokens
        )
        guard let destination = Self.read(&reader), reader.problems.isEmpty else {
            throw MailDestinationError(problems: reader.problems.sorted(by: Self.comesBefore))
        }
        self = destination
    }

    /// Reads a destination from its flat map of texts.
    ///
    /// - Throws: `MailDestinationError` with all problems.
    public init(properties: [String: String]) throws(MailDestinationError) {
        try self.init(ObjectDocument(.object(properties.mapValues(ObjectValue.string))))
    }

    /// Reads a destination from a JSON text, such as a file that the cockpit exported.
    ///
    /// - Throws: `MailDestinationError` with all problems and their places.
    public init(json text: some Sequence<UInt8>) throws(MailDestinationError) {
        var options = JSONReader.Options()
        options.acceptsPlaceholders = true
        let document: ObjectDocument
        do {
            document = try JSONReader.document(text, options: options)
        } catch {
            throw MailDestinationError(problems: [
                .init(code: .malformed, key: nil, message: "no valid JSON: \(error.message)", position: error.position)
            ])
        }
        try self.init(document)
    }

    private static func comesBefore(
        _ left: MailDestinationError.Problem,
        _ right: MailDestinationError.Problem
    ) -> Bool {
        if let leftPosition = left.position, let rightPosition = right.position, leftPosition != rightPosition {
            return leftPosition < rightPosition
        }
        // What is missing stands nowhere; it comes last.
        if (left.position == nil) != (right.position == nil) { return right.position == nil }
        return (left.key ?? "", left.message) < (right.key ?? "", right.message)
    }
}

extension MailDestination {
    /// - Returns: `nil` only where a problem was reported.
    private static func read(_ reader: inout PropertyReader) -> MailDestination? {
        let name = reader.required("Name", "") { $0.text($1) }
        readKind(&reader)
        let host = readHost(&reader)
        let port = reader.integer("mail.smtps.port", in: 1...65_535)
        let authentication = readAuthentication(&reader)
        let connectTimeout = readMilliseconds("mail.smtps.connectiontimeout", &reader)
        let ioTimeout = readMilliseconds("mail.smtps.timeout", &reader)
        let ehloName = readEHLOName(&reader)
        let mechanisms = readMechanisms(for: authentication, &reader)
        let tls = readTLSPolicy(&reader)
        guard let name, let host, let authentication else { return nil }
        return MailDestination(
            name: name,
            host: host,
            port: port ?? defaultPort,
            authentication: authentication,
            ehloName: ehloName,
            connectTimeout: connectTimeout,
            ioTimeout: ioTimeout,
            mechanisms: mechanisms,
            tls: tls
        )
    }

    /// Type, proxy type and protocol, each of which has one value that the relay serves.
    private static func readKind(_ reader: inout PropertyReader) {
        let supported = [
            ("Type", "MAIL", "destinations of other types are none of the relay's"),
            ("ProxyType", "Internet", "mail servers behind a Cloud Connector can't be reached"),
            ("mail.transport.protocol", "smtps", "STARTTLS and plain SMTP are not spoken to mail servers"),
        ]
        for (key, value, reason) in supported {
            guard let actual = reader.required(key, "; set it to \(value)", { $0.word($1) }), actual != value else {
                continue
            }
            reader.report(.notSupported, key, "\(Quoted(actual)) is not supported, only \(value) is: \(reason)")
        }
    }

    private static func readHost(_ reader: inout PropertyReader) -> String? {
        let key = "mail.smtps.host"
        guard let text = reader.required(key, "; set it to the mail server's host name", { $0.word($1) }) else {
            return nil
        }
        guard let host = HostSyntax.normalized(text) else {
            reader.report(
                .invalidValue,
                key,
                "\(Quoted(text)) is neither a host name nor an IP address; it takes no scheme, port or path"
            )
            return nil
        }
        return host
    }

    private static func readMilliseconds(_ key: String, _ reader: inout PropertyReader) -> Duration? {
        // JavaMail reads zero and less as "no limit"; ours apply then.
        guard let value = reader.integer(key, in: -1...Int(Int32.max)), value > 0 else { return nil }
        return .milliseconds(value)
    }

    private static func readEHLOName(_ reader: inout PropertyReader) -> String? {
        let key = "mail.smtps.localhost"
        guard let name = reader.word(key) else { return nil }
        // A domain or an address literal (RFC 5321 §4.1.1.1): either way one word of printable ASCII.
        guard name.utf8.count <= 255, name.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            reader.report(.invalidValue, key, "must be a host name, or an IP address in brackets")
            return nil
        }
        return name
    }

    private static func readMechanisms(
        for authentication: Authentication?,
        _ reader: inout PropertyReader
    ) -> [String]? {
        let key = "mail.smtps.auth.mechanisms"
        guard let list = reader.word(key) else { return nil }
        let mechanisms = list.uppercased().split { $0 == " " || $0 == "," || $0 == "\t" }.map(String.init)
        let usable: [String]
        switch authentication {
        case nil, .some(.none): return mechanisms
        case .basic: usable = ["PLAIN", "LOGIN"]
        case .oauth2ClientCredentials: usable = ["XOAUTH2", "OAUTHBEARER"]
        }
        guard mechanisms.contains(where: usable.contains) else {
            reader.report(
                .notSupported,
                key,
                "\(Quoted(list)) names none of \(usable.joined(separator: ", ")), which this kind of login can use"
            )
            return nil
        }
        return mechanisms
    }
}

extension MailDestination {
    private static func readTLSPolicy(_ reader: inout PropertyReader) -> TLSPolicy {
        var policy = TLSPolicy()
        if reader.flag("mail.smtps.ssl.checkserveridentity") == false { policy.verification = .chainOnly }
        if reader.word("mail.smtps.ssl.trust") == "*" { policy.verification = .none }
        policy.acceptsCommonName = reader.flag("mail.smtps.ssl.acceptcommonname") ?? false
        let key = "mail.smtps.ssl.protocols"
        guard let list = reader.word(key) else { return policy }
        var versions: [TLSPolicy.Version] = []
        for name in list.split(whereSeparator: { $0 == " " || $0 == "," || $0 == "\t" }) {
            switch name {
            case "TLSv1.2": versions.append(.tls12)
            case "TLSv1.3": versions.append(.tls13)
            case "TLSv1", "TLSv1.1", "SSLv3", "SSLv2Hello": continue
            default:
                reader.report(.invalidValue, key, "\(Quoted(String(name))) is no TLS version; write TLSv1.2 or TLSv1.3")
                return policy
            }
        }
        guard let minimum = versions.min(), let maximum = versions.max() else {
            reader.report(
                .notSupported,
                key,
                "\(Quoted(list)) names neither TLSv1.2 nor TLSv1.3; older ones are unsafe"
            )
            return policy
        }
        policy.minimumVersion = minimum
        policy.maximumVersion = maximum
        return policy
    }
}
