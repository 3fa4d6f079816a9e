internal import FoundationEssentials
internal import NIOHTTP1

/// A request to the token server, taken apart. Holds secrets; ``logged(status:)`` is what may be shown.
struct IncomingRequest: Sendable {
    let method: HTTPMethod
    let path: String
    let query: [String: String]
    let form: [String: String]
    let headers: HTTPHeaders
    let isKeptAlive: Bool
    private let authentication: TokenRequest.Authentication
    let clientID: String?
    let clientSecret: String?
    let bearer: String?

    init(head: HTTPRequestHead, body: String) {
        let parts = head.uri.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        method = head.method
        path = String(parts[0])
        query = parts.count == 2 ? FormFields.parse(parts[1]) : [:]
        form = FormFields.parse(body)
        headers = head.headers
        isKeptAlive = head.isKeepAlive
        let words = head.headers.first(name: "authorization")?.split(separator: " ", maxSplits: 1) ?? []
        let scheme = words.first?.lowercased()
        let value = words.count == 2 ? String(words[1]) : ""
        bearer = scheme == "bearer" ? value : nil
        if scheme == "basic", let (user, password) = Self.basic(value) {
            (authentication, clientID, clientSecret) = (.basic, user, password)
        } else if form["client_secret"] != nil {
            (authentication, clientID, clientSecret) = (.form, form["client_id"], form["client_secret"])
        } else {
            (authentication, clientID, clientSecret) = (bearer == nil ? .none : .bearer, form["client_id"], nil)
        }
    }

    /// What to answer when nothing is to go wrong.
    func answer(from state: TokenState) -> TokenAnswer {
        switch path {
        case "/oauth/token": token(from: state)
        case "/introspect": introspection(from: state)
        default: .error(404, "not_found")
        }
    }

    func logged(status: Int) -> TokenRequest {
        TokenRequest(
            method: method.rawValue,
            path: path,
            host: headers.first(name: "host"),
            query: query.filter { $0.key != "token" },
            form: form.filter { $0.key != "client_secret" && $0.key != "token" },
            headers: Dictionary(
                headers.map { ($0.name.lowercased(), $0.value) }.filter { $0.0 != "authorization" },
                uniquingKeysWith: { $1 }
            ),
            clientID: clientID,
            authentication: authentication,
            status: status
        )
    }

    /// RFC 6749 §4.4.
    private func token(from state: TokenState) -> TokenAnswer {
        guard method == .POST else { return .error(405, "invalid_request") }
        guard let grant = form["grant_type"] else { return .error(400, "invalid_request") }
        guard grant == "client_credentials" else { return .error(400, "unsupported_grant_type") }
        guard let clientID, let clientSecret, let client = state.client(clientID, secret: clientSecret) else {
            return .error(401, "invalid_client")
        }
        let token = state.issue(user: client.user, client: clientID)
        let seconds = token.lifetime.components.seconds
        return TokenAnswer(
            status: 200,
            body: #"{"access_token":"\#(token.value)","token_type":"bearer","expires_in":\#(seconds)}"#
        )
    }

    /// RFC 7662 §2, and the two other ways in which Dovecot's `introspection_mode` asks (`auth`, `get`).
    private func introspection(from state: TokenState) -> TokenAnswer {
        guard method == .POST || method == .GET else { return .error(405, "invalid_request") }
        guard let value = form["token"] ?? query["token"] ?? bearer else { return .error(400, "invalid_request") }
        guard let token = state.token(value) else { return TokenAnswer(status: 200, body: #"{"active":false}"#) }
        let answer = Introspection(active: true, username: token.user, sub: token.user, clientID: token.client)
        guard let body = try? JSONEncoder().encode(answer) else { return .error(500, "server_error") }
        return TokenAnswer(status: 200, body: String(decoding: body, as: UTF8.self))
    }

    private struct Introspection: Encodable {
        var active: Bool
        var username: String
        var sub: String
        var clientID: String

        enum CodingKeys: String, CodingKey {
            case active, username, sub
            case clientID = "client_id"
        }
    }

    /// RFC 6749 §2.3.1: both halves are form-encoded.
    private static func basic(_ value: String) -> (user: String, password: String)? {
        guard let data = Data(base64Encoded: value) else { return nil }
        let parts = String(decoding: data, as: UTF8.self).split(
            separator: ":",
            maxSplits: 1,
            omittingEmptySubsequences: false
        )
        guard parts.count == 2 else { return nil }
        return (FormFields.decode(parts[0]), FormFields.decode(parts[1]))
    }
}
