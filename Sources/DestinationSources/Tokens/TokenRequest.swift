internal import DestinationModel
internal import FoundationEssentials
internal import HTTPTransport

/// The HTTP request of the client credentials grant (RFC 6749 §4.4.2), with what a destination adds to it.
struct TokenRequest {
    /// An answer is a token of a few KB at most.
    static let maximumResponseBytes = 64 << 10
    /// What a destination's own time limits are capped at: requests to services that don't answer use up those that the
    /// client makes at a time.
    static let maxConnectTimeout = Duration.seconds(30)
    static let maxReadTimeout = Duration.seconds(60)

    let http: HTTPRequest

    /// - Throws: `tenantNeeded`.
    init(_ key: TokenRequestKey, share: String) throws(TokenError) {
        let credentials = key.credentials
        guard let url = credentials.url(tenant: key.tenant) else { throw TokenError(.tenantNeeded) }
        let connect = min(credentials.connectTimeout ?? .seconds(5), Self.maxConnectTimeout)
        let read = min(credentials.readTimeout ?? .seconds(10), Self.maxReadTimeout)
        http = HTTPRequest(
            method: .post,
            url: Self.url(url, credentials.queries),
            headers: Self.headers(credentials),
            body: .bytes(Array(Self.form(credentials).utf8)),
            // The stall limit alone would let a service that drips a byte a second hold the waiters for ever.
            timeouts: HTTPTimeouts(connect: connect, overall: connect + read * 2, stall: read),
            maximumResponseBytes: Self.maximumResponseBytes,
            share: share
        )
    }

    private static func url(_ url: String, _ queries: [OAuth2ClientCredentials.Parameter]) -> String {
        // A fragment is never sent, and what is put behind it would be lost with it.
        var url = String(url.prefix { $0 != "#" })
        guard !queries.isEmpty else { return url }
        if !url.contains("?") { url += "?" } else if !url.hasSuffix("?") && !url.hasSuffix("&") { url += "&" }
        return url + FormEncoding.encode(queries.map { ($0.name, $0.value.reveal()) })
    }

    private static func form(_ credentials: OAuth2ClientCredentials) -> String {
        var pairs: [(name: String, value: String)] = [("grant_type", "client_credentials")]
        if let scope = credentials.scope { pairs.append(("scope", scope)) }
        if credentials.addsClientCredentialsInBody {
            pairs.append(("client_id", credentials.clientID))
            // A client that shows a certificate has none (RFC 8705 §2).
            if !credentials.clientSecret.isEmpty {
                pairs.append(("client_secret", credentials.clientSecret.reveal()))
            }
        }
        // No parameter may occur twice (RFC 6749 §3.2), and the destination's own word is the more deliberate one.
        let own = Set(credentials.bodyParameters.map(\.name))
        pairs.removeAll { own.contains($0.name) }
        return FormEncoding.encode(pairs + credentials.bodyParameters.map { ($0.name, $0.value.reveal()) })
    }

    private static func headers(_ credentials: OAuth2ClientCredentials) -> HTTPHeaders {
        var headers: HTTPHeaders = [
            "Accept": "application/json",
            "Content-Type": "application/x-www-form-urlencoded",
        ]
        if let login = credentials.tokenServiceLogin {
            headers.set("Authorization", basic(login.user, login.password.reveal()))
        } else if !credentials.addsClientCredentialsInBody {
            // RFC 6749 §2.3.1: encoded as in a form before they become a basic login.
            let (user, secret) = (credentials.clientID, credentials.clientSecret.reveal())
            let encoded = (user: FormEncoding.encode(user), secret: FormEncoding.encode(secret))
            headers.set("Authorization", basic(encoded.user, encoded.secret))
            // Cloud Foundry's UAA, and so XSUAA, decodes them only where this header says that they are encoded.
            if encoded != (user, secret) { headers.set("X-CF-ENCODED-CREDENTIALS", "true") }
        }
        for header in credentials.headers { headers.set(header.name, header.value.reveal()) }
        return headers
    }

    private static func basic(_ user: String, _ password: String) -> String {
        "Basic " + Data("\(user):\(password)".utf8).base64EncodedString()
    }
}
