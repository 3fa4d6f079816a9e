public import NIOCore
internal import NIOHTTP1
public import NIOPosix
internal import Synchronization
public import TLS

/// A stand-in for BTP's Destination service and its authorization server, for demonstrations and tests, built from their
/// public documentation. Over HTTPS, with a host for each tenant. Safe from any thread.
///
/// - `POST https://<subdomain>.<domain>/oauth/token`: client credentials by form or basic authentication; on the second
///   port, by TLS client certificate.
/// - `GET https://<any host>/destination-configuration/v1/destinations/<name>`, and `v2` with `<name>@<level>`, both with
///   fragments.
///
/// It is empty but for the provider's subaccount, which is called ``provider``.
public final class DestinationServer: Sendable {
    /// The provider's subdomain.
    public static let provider = "provider"

    /// The numeric address it listens on.
    public let host: String
    /// The port for all but logins by certificate.
    public let port: Int
    /// The port for logins by certificate; nil where there is none.
    public let certificatePort: Int?
    /// What follows the subdomains in host names.
    public let domain: String

    private let state: DestinationServerState
    private let listeners: [any Channel]

    private init(
        state: DestinationServerState,
        listeners: [any Channel],
        domain: String,
        host: String,
        ports: [Int]
    ) {
        self.state = state
        self.listeners = listeners
        self.domain = domain
        self.host = host
        port = ports[0]
        certificatePort = ports.count > 1 ? ports[1] : nil
    }

    /// The names that its certificate must be for.
    public static func dnsNames(domain: String = "authentication.localhost") -> [String] {
        ["*.\(domain)", "*.cert.\(domain)", "destination.\(domain)"]
    }

    /// Starts a server; ``stop()`` ends it.
    ///
    /// - Parameters:
    ///   - domain: What follows the subdomains in host names. Names below `localhost` need no name server.
    ///   - tls: For its certificate, see ``dnsNames(domain:)``.
    ///   - certificateTLS: The same, but asking for client certificates; nil for no logins by certificate.
    ///   - now: The clock that tokens expire by.
    /// - Throws: the system's error if an address can't be bound.
    public static func start(
        address: String = "127.0.0.1",
        port: Int = 0,
        certificatePort: Int = 0,
        domain: String = "authentication.localhost",
        tls: TLSServerContext,
        certificateTLS: TLSServerContext? = nil,
        group: any EventLoopGroup = .singletonMultiThreadedEventLoopGroup,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }
    ) async throws -> DestinationServer {
        let state = DestinationServerState(domain: domain, now: now)
        var listeners: [any Channel] = []
        for (port, tls, asksForCertificate) in [(port, tls, false), (certificatePort, certificateTLS, true)] {
            guard let tls else { continue }
            let listener = try await ServerBootstrap(group: group)
                .serverChannelOption(.backlog, value: 256)
                .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
                .childChannelOption(.tcpOption(.tcp_nodelay), value: 1)
                .childChannelInitializer { channel in
                    channel.eventLoop.makeCompletedFuture {
                        let pipeline = channel.pipeline.syncOperations
                        try pipeline.addHandler(TLSHandler(server: tls))
                        try pipeline.configureHTTPServerPipeline(withErrorHandling: true)
                        try pipeline.addHandler(DestinationConnection(state: state, hasCertificate: asksForCertificate))
                    }
                }
                .bind(host: address, port: port)
                .get()
            listeners.append(listener)
        }
        let ports = listeners.compactMap(\.localAddress?.port)
        guard ports.count == listeners.count, let host = listeners.first?.localAddress?.ipAddress else {
            for listener in listeners { try? await listener.close() }
            throw SinkError.noAddress
        }
        return DestinationServer(state: state, listeners: listeners, domain: domain, host: host, ports: ports)
    }

    /// Stops listening. Connections end with their clients.
    public func stop() async {
        for listener in listeners { try? await listener.close() }
    }

    /// What a service binding holds. Made for the client of ``setClient(_:secret:)``.
    ///
    /// - Parameters:
    ///   - id: The client.
    ///   - secret: Its secret; nil for a login by certificate, whose PEM the caller has to add.
    public func binding(id: String, secret: String?) -> [String: String] {
        var fields = ["clientid": id, "uri": "https://destination.\(domain):\(port)"]
        fields["url"] = "https://\(Self.provider).\(domain):\(port)"
        if let secret { fields["clientsecret"] = secret }
        if secret == nil, let certificatePort {
            fields["certurl"] = "https://\(Self.provider).cert.\(domain):\(certificatePort)"
        }
        return fields
    }
}

// MARK: What it knows

extension DestinationServer {
    /// The client that may ask; the one before may no longer. Tokens that were issued serve on.
    public func setClient(_ id: String, secret: String) {
        state.storage.withLock { $0.client = (id, secret) }
    }

    /// Adds a tenant, or changes whether it is subscribed.
    public func setTenant(_ subdomain: String, isSubscribed: Bool = true) {
        state.storage.withLock { $0.tenants[subdomain] = isSubscribed }
    }

    /// Removes a tenant.
    public func removeTenant(_ subdomain: String) {
        state.storage.withLock { $0.tenants[subdomain] = nil }
    }

    /// Adds or replaces a destination.
    ///
    /// - Parameters:
    ///   - properties: Its `Name` and what else it has.
    ///   - tenant: Whose it is; nil for the provider.
    ///   - isInstance: Whether it is kept with the service instance rather than the subaccount.
    ///   - authTokens: JSON for the member of that name.
    public func setDestination(
        _ properties: [String: String],
        tenant: String? = nil,
        isInstance: Bool = false,
        authTokens: String? = nil
    ) {
        let place = DestinationServerState.Place(tenant: tenant, isInstance: isInstance, name: properties["Name"] ?? "")
        state.storage.withLock { $0.destinations[place] = .init(properties: properties, authTokens: authTokens) }
    }

    /// Removes a destination.
    public func removeDestination(_ name: String, tenant: String? = nil, isInstance: Bool = false) {
        let place = DestinationServerState.Place(tenant: tenant, isInstance: isInstance, name: name)
        state.storage.withLock { $0.destinations[place] = nil }
    }

    /// Adds or replaces a fragment, whose properties are laid over those of destinations.
    public func setFragment(
        _ name: String,
        _ properties: [String: String],
        tenant: String? = nil,
        isInstance: Bool = false
    ) {
        let place = DestinationServerState.Place(tenant: tenant, isInstance: isInstance, name: name)
        state.storage.withLock { $0.fragments[place] = properties }
    }

    /// How long new tokens live. An hour unless changed.
    public var lifetime: Duration {
        get { state.storage.withLock { $0.lifetime } }
        set { state.storage.withLock { $0.lifetime = newValue } }
    }

    /// The tokens that were issued and not revoked, expired ones among them.
    public var issuedTokens: [String] { state.storage.withLock { Array($0.tokens.keys) } }

    /// Makes all tokens issued so far worthless, as an expiry that the client doesn't know of.
    public func revokeTokens() {
        state.storage.withLock { $0.tokens.removeAll() }
    }
}

// MARK: Faults and counts

extension DestinationServer {
    /// What can be asked for.
    public enum Matter: Sendable, Hashable {
        /// A token of the authorization server.
        case token
        /// A destination.
        case destination
    }

    /// What the server does instead of its work.
    public enum Fault: Sendable {
        /// An answer with this status code, these header fields besides those of the framing, and this body.
        case answer(status: Int, headers: [String: String] = [:], body: String = "")
        /// No answer until the gate opens, then the proper one.
        case stall(SinkGate)
        /// The connection is closed without an answer.
        case close
        /// A body without end, as fast as it is taken.
        case endless
        /// A body that comes a byte at a time, without end.
        case drip
    }

    /// Makes the next `times` requests of a kind fail; nil for all to come, until another fault or ``mend()``.
    /// - Parameter tenant: Whose requests; nil for everybody's.
    public func fail(_ matter: Matter, _ fault: Fault, tenant: String? = nil, times: Int? = nil) {
        state.storage.withLock { $0.faults[matter] = .init(fault: fault, tenant: tenant, times: times) }
    }

    /// Ends the failing.
    public func mend() {
        state.storage.withLock { $0.faults = [:] }
    }

    /// A request that has come.
    public struct Request: Sendable, Hashable {
        /// What was asked for.
        public var matter: Matter
        /// The tenant whose host or token it came with; nil for the provider or nobody.
        public var tenant: String?
        /// The path as it came.
        public var path: String
        /// The Host header.
        public var host: String?
        /// Header fields in lower case, without `authorization`.
        public var headers: [String: String]
        /// How the client showed who it is.
        public var authentication: TokenRequest.Authentication
        /// The status code of the answer; 0 for a fault of another kind.
        public var status: Int
    }

    /// The last 1000 requests, secrets left out.
    public var requests: [Request] { state.storage.withLock { $0.requests } }

    /// How many requests of a kind are among the last 1000.
    public func count(_ matter: Matter) -> Int { requests.count { $0.matter == matter } }
}
