public import HTTPTransport

/// How to reach an API server and who to be there.
public struct ClusterAccess: Sendable {
    /// `https://host:port`, with a path below which the API stands, if any, and no slash at its end.
    public var server: String
    /// Which certification authorities vouch for the server. Files are read again when they change.
    public var trust: HTTPTrustRoots
    /// Who to be.
    public var credentials: ClusterCredentials
    /// The namespace of whoever doesn't name one.
    public var namespace: String
    /// The proxy on the way.
    public var proxy: HTTPProxy

    /// Access by its parts.
    public init(
        server: String,
        trust: HTTPTrustRoots = .system,
        credentials: ClusterCredentials = ClusterCredentials(),
        namespace: String = "default",
        proxy: HTTPProxy = .environment
    ) {
        self.server = server
        self.trust = trust
        self.credentials = credentials
        self.namespace = namespace
        self.proxy = proxy
    }

    /// The access that a server of ours has: by the kubeconfig file where one is named, else that of the pod it runs in.
    ///
    /// Reads files; call it at start-up and not on an event loop.
    ///
    /// - Throws: `ClusterAccessError`, which says what to do.
    public static func load(kubeconfig: String?) throws(ClusterAccessError) -> ClusterAccess {
        if let kubeconfig { return try .kubeconfig(path: kubeconfig) }
        return try .inCluster()
    }
}

/// Who to be at the API server: a token, a client certificate, both or neither. Descriptions show none of it.
public struct ClusterCredentials: Sendable {
    /// A bearer token.
    public enum Token: Sendable {
        case text(String)
        /// A file that is read again at most once a minute, and at once when the server refuses the token.
        case file(String)
    }

    /// The bearer token, if any.
    public var token: Token?
    /// The client certificate, if any. Files are read again when they change.
    public var identity: HTTPClientIdentity?

    public init(token: Token? = nil, identity: HTTPClientIdentity? = nil) {
        self.token = token
        self.identity = identity
    }
}

extension ClusterCredentials: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch (token, identity) {
        case (nil, nil): "none"
        case (_?, nil): "token"
        case (nil, _?): "client certificate"
        case (_?, _?): "token and client certificate"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

extension ClusterCredentials.Token: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .text: "<redacted>"
        case .file(let path): path
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
