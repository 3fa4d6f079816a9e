/// A request that a ``TokenServer`` has had.
public struct TokenRequest: Sendable, Hashable {
    /// How a client showed who it is.
    public enum Authentication: Sendable, Hashable {
        case none, form, basic, bearer
    }

    /// The request's method.
    public var method: String
    /// Without the query.
    public var path: String
    /// The Host header.
    public var host: String?
    /// The query's parameters.
    public var query: [String: String]
    /// The form's fields without `client_secret` and `token`.
    public var form: [String: String]
    /// Header fields in lower case, without `authorization`. Of repeated ones, the last.
    public var headers: [String: String]
    /// Who the client said it is; nil if it said nothing.
    public var clientID: String?
    /// How it showed that.
    public var authentication: Authentication
    /// The status code of the answer; 0 for none.
    public var status: Int
}

/// The last requests, and how many there were in all.
struct TokenRequestLog {
    static let limit = 1000

    private(set) var last: [TokenRequest] = []
    private var counts: [String: Int] = [:]

    mutating func append(_ request: TokenRequest) {
        if Self.knownPaths.contains(request.path) { counts[request.path, default: 0] += 1 }
        if last.count >= Self.limit { last.removeFirst(Self.limit / 2) }
        last.append(request)
    }

    func count(path: String) -> Int { counts[path] ?? 0 }

    static let knownPaths: Set = ["/oauth/token", "/introspect"]
}
