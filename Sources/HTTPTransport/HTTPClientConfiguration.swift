/// How an ``HTTPClient`` makes connections.
///
/// Not to be configured: TLS is 1.2 or later, and a peer's certificate chain and name are always verified.
public struct HTTPClientConfiguration: Sendable {
    /// Which certification authorities are trusted.
    public var trust: HTTPTrustRoots = .system
    /// The certificate with which we identify ourselves to servers that ask for one.
    public var identity: HTTPClientIdentity?
    /// Which proxy to use.
    public var proxy: HTTPProxy = .environment
    /// Asked about each IP address before a connection to it is opened, with its 4 or 16 bytes in network order: returns
    /// why it must not be connected to, `nil` where it may. Called on the client's thread; must be quick.
    ///
    /// Where a proxy is used, the address is the proxy's; a URL whose host is an address is asked about all the same.
    public var addressCheck: (@Sendable (_ address: [UInt8]) -> String?)?
    /// Looks host names up; `nil` has libcurl do it, with a thread for each look-up. Not asked where a proxy is used, which
    /// looks names up itself.
    public var lookUp: LookUp?
    /// Whether HTTP/2 is offered in the TLS handshake.
    public var allowsHTTP2 = true
    /// The User-Agent header, unless a request has its own.
    public var userAgent = "tproxy"
    /// How many exchanges may be under way at once; more fail with `overloaded`.
    public var maximumTransfers = 512
    /// How many idle connections are kept for reuse.
    public var maximumIdleConnections = 16

    /// A function that looks a host name up, and must not block.
    ///
    /// It is given the name as the URL has it, the request's ``HTTPRequest/share``, and what to call once, on any thread,
    /// with the addresses (4 or 16 bytes each, in network order) or with why there are none. It returns what withdraws the
    /// question; called after the answer, that has no effect.
    public typealias LookUp =
        @Sendable (
            _ host: String,
            _ share: String,
            _ completion: @escaping @Sendable (Result<[[UInt8]], LookUpFailure>) -> Void
        ) -> @Sendable () -> Void

    /// Why a name has no addresses.
    public struct LookUpFailure: Error, Hashable, Sendable {
        /// A few words, fit for a log.
        public let reason: String

        public init(_ reason: String) { self.reason = reason }
    }

    /// The defaults.
    public init() {}
}

/// Which certification authorities a client trusts.
public enum HTTPTrustRoots: Sendable {
    /// Those of the system, or what `SSL_CERT_FILE` and `SSL_CERT_DIR` name, as OpenSSL finds them.
    case system
    /// Those of the system and these.
    case systemAnd(HTTPPEM)
    /// These alone.
    case only(HTTPPEM)
}

/// A client certificate and its private key.
public struct HTTPClientIdentity: Sendable {
    /// The certificate, followed by intermediate ones if any.
    public var certificateChain: HTTPPEM
    /// The private key without a passphrase.
    public var privateKey: HTTPPEM

    /// A client certificate with what leads to its authority, and its key.
    public init(certificateChain: HTTPPEM, privateKey: HTTPPEM) {
        self.certificateChain = certificateChain
        self.privateKey = privateKey
    }
}

/// Which proxy a client uses.
public enum HTTPProxy: Sendable {
    /// What `http_proxy`, `https_proxy`, `all_proxy` and `no_proxy` say, read as libcurl reads them.
    case environment
    /// None, whatever the environment says.
    case none
    /// This one for every request, whatever the environment says: `http://` or `https://`, host and port. It may carry
    /// a user name and password.
    case url(String)
}

extension HTTPProxy: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .environment: "environment"
        case .none: "none"
        case .url: "<redacted>"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
