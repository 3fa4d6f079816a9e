internal import FoundationEssentials
public import NIOCore
internal import NIOHTTP1
public import NIOPosix
internal import Synchronization
public import TLS

/// An OAuth 2.0 authorization server for demonstrations and tests: client credentials in (RFC 6749 §4.4), opaque bearer
/// tokens out, and introspection (RFC 7662) for mail servers that ask. Over HTTP or HTTPS. Safe from any thread.
///
/// - `POST /oauth/token`: client id and secret in the form or as basic authentication.
/// - `GET` or `POST /introspect`: the token as `token` in form or query, or as the bearer token of the request.
///
/// A ``SinkServer`` in the same process takes its tokens so: `accounts.addTokenCheck(tokens.user(ofToken:))`.
public final class TokenServer: Sendable {
    /// The numeric address it listens on.
    public let host: String
    /// The port it listens on.
    public let port: Int
    /// Whether it speaks HTTPS.
    public let isSecure: Bool

    private let state: TokenState
    private let listener: any Channel

    private init(state: TokenState, listener: any Channel, host: String, port: Int, isSecure: Bool) {
        self.state = state
        self.listener = listener
        self.host = host
        self.port = port
        self.isSecure = isSecure
    }

    /// Starts a server; ``stop()`` ends it.
    ///
    /// - Parameters:
    ///   - tls: what to speak HTTPS with; nil for HTTP.
    ///   - now: the clock that tokens expire by.
    /// - Throws: the system's error if the address can't be bound.
    public static func start(
        address: String = "127.0.0.1",
        port: Int = 0,
        tls: TLSServerContext? = nil,
        group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) async throws -> TokenServer {
        let state = TokenState(now: now)
        let listener = try await ServerBootstrap(group: group)
            .serverChannelOption(.backlog, value: 256)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let pipeline = channel.pipeline.syncOperations
                    if let tls { try pipeline.addHandler(TLSHandler(server: tls)) }
                    try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                    try pipeline.addHandler(TokenConnection(state: state))
                }
            }
            .bind(host: address, port: port)
            .get()
        guard let local = listener.localAddress, let port = local.port, let host = local.ipAddress else {
            try? await listener.close()
            throw SinkError.noAddress
        }
        return TokenServer(state: state, listener: listener, host: host, port: port, isSecure: tls != nil)
    }

    /// Stops listening. Connections end with their clients.
    public func stop() async {
        try? await listener.close()
    }

    /// The address of the token end point.
    ///
    /// - Parameter host: the name to use instead of the address, if the certificate is for a name.
    public func tokenURL(host name: String? = nil) -> String {
        "\(isSecure ? "https" : "http")://\(name ?? host):\(port)/oauth/token"
    }

    // MARK: Clients and tokens

    /// Registers a client. Its tokens speak for `user` at the mail server.
    public func addClient(_ id: String, secret: String, user: String) {
        state.storage.withLock { $0.clients[id] = TokenState.Client(secret: secret, user: user) }
    }

    /// How long new tokens live. An hour unless changed.
    public var lifetime: Duration {
        get { state.storage.withLock { $0.lifetime } }
        set { state.storage.withLock { $0.lifetime = newValue } }
    }

    /// How many characters new tokens have, at least 32. 64 unless changed; above some 350, AUTH's initial response no
    /// longer fits in a command line.
    public var tokenLength: Int {
        get { state.storage.withLock { $0.tokenLength } }
        set { state.storage.withLock { $0.tokenLength = max(32, newValue) } }
    }

    /// Makes a token without a request.
    public func issueToken(for user: String) -> String {
        state.issue(user: user, client: "none").value
    }

    /// The user whom a token speaks for; nil if it is unknown, expired or revoked.
    public func user(ofToken token: String) -> String? {
        state.token(token)?.user
    }

    /// Makes a token worthless.
    public func revoke(_ token: String) {
        state.storage.withLock { $0.tokens[token] = nil }
    }

    /// Makes all tokens issued so far worthless, as an expiry that the client doesn't know of.
    public func revokeAll() {
        state.storage.withLock { $0.tokens.removeAll() }
    }

    // MARK: Faults and counts

    /// What the server does instead of its work.
    public enum Fault: Sendable {
        /// An answer with this status code and body.
        case answer(status: Int, body: String)
        /// No answer until the gate opens, then the proper one.
        case stall(SinkGate)
        /// The connection is closed without an answer.
        case close
    }

    /// Makes the next `times` token requests fail; nil for all to come, until another fault or ``mend()``.
    public func fail(_ fault: Fault, times: Int? = nil) {
        state.storage.withLock { $0.fault = (fault, times) }
    }

    /// Ends the failing.
    public func mend() {
        state.storage.withLock { $0.fault = nil }
    }

    /// How many token requests have come, those that failed included.
    public var tokenRequests: Int { state.requests.read { $0.count(path: "/oauth/token") } }

    /// How many introspection requests have come.
    public var introspections: Int { state.requests.read { $0.count(path: "/introspect") } }

    /// The last 1000 requests, secrets left out.
    public var requests: [TokenRequest] { state.requests.read { $0.last } }
}
