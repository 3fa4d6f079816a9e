import ObjectModel

extension MailDestination {
    /// - Returns: `nil` only where a problem was reported.
    static func readAuthentication(_ reader: inout PropertyReader) -> Authentication? {
        let key = "Authentication"
        let logsIn = reader.flag("mail.smtps.auth") ?? true
        guard logsIn else { return Authentication.none }
        guard let kind = reader.required(key, "; supported are \(supportedKinds)", { $0.word($1) }) else { return nil }
        switch kind {
        case "NoAuthentication":
            return Authentication.none
        case "BasicAuthentication":
            let user = readUser(&reader)
            let password = reader.required("mail.password", ", but BasicAuthentication needs it") { $0.password($1) }
            guard let user, let password else { return nil }
            return .basic(user: user, password: password)
        case "OAuth2ClientCredentials":
            let user = readUser(&reader)
            let credentials = readClientCredentials(&reader)
            guard let user, let credentials else { return nil }
            return .oauth2ClientCredentials(user: user, credentials)
        case "OAuth2RefreshToken", "OAuth2AuthorizationCode":
            reader.report(
                .notSupported,
                key,
                "\(kind) is not supported: the application would have to log in itself; use \(supportedKinds)"
            )
            return nil
        default:
            reader.report(.notSupported, key, "\(Quoted(kind)) is not supported; supported are \(supportedKinds)")
            return nil
        }
    }

    private static let supportedKinds = "BasicAuthentication, OAuth2ClientCredentials and NoAuthentication"

    private static func readUser(_ reader: inout PropertyReader) -> String? {
        reader.required("mail.user", ", but the login needs it; or set mail.smtps.auth to false") { $0.user($1) }
    }

    private static func readClientCredentials(_ reader: inout PropertyReader) -> OAuth2ClientCredentials? {
        let urlType = readURLType(&reader)
        let allowsPlaintext = reader.flag("tokenServiceURL.allowPlaintext") ?? false
        let url = readTokenServiceURL(urlType, allowsPlaintext: allowsPlaintext, &reader)
        let clientID = reader.required("clientId", ", but OAuth2ClientCredentials needs it") { $0.user($1) }
        let secret = readClientSecret(&reader)
        let login = readTokenServiceLogin(&reader)
        let headers = readParameters("tokenServiceURL.headers.", &reader)
        let queries = readParameters("tokenServiceURL.queries.", &reader)
        let body = readParameters("tokenService.body.", &reader)
        let addsToBody = reader.flag("tokenService.addClientCredentialsInBody") ?? true
        let scope = reader.word("scope")
        let connectTimeout = readSeconds("tokenServiceURL.ConnectionTimeoutInSeconds", &reader)
        let readTimeout = readSeconds("tokenServiceURL.SocketReadTimeoutInSeconds", &reader)
        for header in headers where !isToken(header.name) {
            let key = "tokenServiceURL.headers." + header.name
            reader.report(.invalidValue, key, "\(Quoted(header.name)) is no name for an HTTP header")
        }
        guard let urlType, let url, let clientID, let secret else { return nil }
        return OAuth2ClientCredentials(
            tokenServiceURL: url,
            urlType: urlType,
            clientID: clientID,
            clientSecret: secret,
            needsProvidedTokens: secret.isEmpty && login == nil,
            scope: scope,
            tokenServiceLogin: login,
            headers: headers,
            queries: queries,
            bodyParameters: body,
            addsClientCredentialsInBody: addsToBody,
            allowsPlaintext: allowsPlaintext,
            connectTimeout: connectTimeout,
            readTimeout: readTimeout
        )
    }

    /// - Returns: an empty one where there is none and tokens come with the destination.
    private static func readClientSecret(_ reader: inout PropertyReader) -> Secret? {
        let key = "clientSecret"
        guard reader.hasProvidedTokens else {
            return reader.required(key, ", but OAuth2ClientCredentials needs it") { $0.password($1) }
        }
        let before = reader.problems.count
        let secret = reader.password(key)
        return reader.problems.count == before ? secret ?? Secret("") : nil
    }

    private static func readURLType(_ reader: inout PropertyReader) -> OAuth2ClientCredentials.URLType? {
        let key = "tokenServiceURLType"
        // The cockpit's own default.
        guard let word = reader.word(key) else { return .dedicated }
        guard let type = OAuth2ClientCredentials.URLType(rawValue: word) else {
            reader.report(.invalidValue, key, "\(Quoted(word)) is neither Dedicated nor Common")
            return nil
        }
        return type
    }

    private static func readTokenServiceURL(
        _ type: OAuth2ClientCredentials.URLType?,
        allowsPlaintext: Bool,
        _ reader: inout PropertyReader
    ) -> String? {
        let key = "tokenServiceURL"
        let reason = ", but OAuth2ClientCredentials needs it"
        guard let url = reader.required(key, reason, { $0.word($1) }) else { return nil }
        if let fault = TokenServiceURLSyntax.fault(in: url, type: type) {
            reader.report(.invalidValue, key, fault)
            return nil
        }
        guard allowsPlaintext || !TokenServiceURLSyntax.isPlaintext(url) else {
            let advice = "use https://, or set tokenServiceURL.allowPlaintext to true"
            reader.report(
                .invalidValue,
                key,
                "begins with http://, which sends the client secret in plaintext; \(advice)"
            )
            return nil
        }
        return url
    }

    private static func readTokenServiceLogin(_ reader: inout PropertyReader) -> OAuth2ClientCredentials.Login? {
        let userKey = "tokenServiceUser"
        let passwordKey = "tokenServicePassword"
        let before = reader.problems.count
        let login = (reader.user(userKey), reader.password(passwordKey))
        guard reader.problems.count == before else { return nil }
        switch login {
        case (nil, nil):
            return nil
        case (let user?, let password?):
            guard !user.contains(":") else {
                reader.report(.invalidValue, userKey, "must hold no colon")
                return nil
            }
            return .init(user: user, password: password)
        case (nil, _?):
            reader.report(.missing, userKey, "is missing, but \(passwordKey) is there")
            return nil
        case (_?, nil):
            reader.report(.missing, passwordKey, "is missing, but \(userKey) is there")
            return nil
        }
    }

    private static func readParameters(
        _ prefix: String,
        _ reader: inout PropertyReader
    ) -> [OAuth2ClientCredentials.Parameter] {
        reader.keys.filter { $0.hasPrefix(prefix) && $0 != prefix }.sorted().compactMap { key in
            guard let value = reader.secret(key) else { return nil }
            return .init(name: String(key.dropFirst(prefix.count)), value: value)
        }
    }

    private static func readSeconds(_ key: String, _ reader: inout PropertyReader) -> Duration? {
        guard let value = reader.integer(key, in: 0...86_400), value > 0 else { return nil }
        return .seconds(value)
    }

    /// Whether a text is a token (RFC 9110 §5.6.2), as a header's name must be.
    private static func isToken(_ text: String) -> Bool {
        let marks = "!#$%&'*+-.^_`|~".utf8
        return text.utf8.allSatisfy { octet in
            (octet < 0x80 && Character(Unicode.Scalar(octet)).isLetter) || (0x30...0x39).contains(octet)
                || marks.contains(octet)
        }
    }
}
