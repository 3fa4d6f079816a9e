internal import Glibc
internal import TLS

/// A client's configuration as its transfers need it: files read, PEM checked.
struct TransferOptions: Sendable {
    /// Shared by all connections of the client.
    let trustStore: TLSTrustStore
    let certificate: PinnedBytes?
    let privateKey: PinnedBytes?
    let proxy: HTTPProxy
    let addressCheck: (@Sendable ([UInt8]) -> String?)?
    let lookUp: HTTPClientConfiguration.LookUp?
    let allowsHTTP2: Bool
    let userAgent: String
    let maximumIdleConnections: Int

    /// Reads the files that the configuration names. Blocks for as long as that takes.
    ///
    /// - Throws: `invalidConfiguration`.
    init(_ configuration: HTTPClientConfiguration) throws(HTTPError) {
        trustStore = try Self.trustStore(configuration.trust)
        certificate = try (configuration.identity?.certificateChain.load(expecting: "CERTIFICATE")).map(
            PinnedBytes.init
        )
        privateKey = try (configuration.identity?.privateKey.load(expecting: "PRIVATE KEY")).map(PinnedBytes.init)
        if case .url(let url) = configuration.proxy {
            guard ["http://", "https://"].contains(where: url.hasPrefix),
                url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { throw HTTPError(.invalidConfiguration, detail: "the proxy must be an http:// or https:// URL") }
        }
        proxy = configuration.proxy
        lookUp = Self.usesProxy(configuration.proxy) ? nil : configuration.lookUp
        addressCheck = configuration.addressCheck
        allowsHTTP2 = configuration.allowsHTTP2
        guard configuration.userAgent.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw HTTPError(.invalidConfiguration, detail: "the user agent must be printable ASCII")
        }
        userAgent = configuration.userAgent
        maximumIdleConnections = max(1, configuration.maximumIdleConnections)
    }

    private static func trustStore(_ trust: HTTPTrustRoots) throws(HTTPError) -> TLSTrustStore {
        let roots: TLSTrustRoots =
            switch trust {
            case .system: .system
            case .only(let pem): .bundle(try pem.load(expecting: "CERTIFICATE"))
            case .systemAnd(let pem): .systemAndBundle(try pem.load(expecting: "CERTIFICATE"))
            }
        do {
            return try TLSTrustStore(roots)
        } catch {
            throw HTTPError(.invalidConfiguration, detail: "\(error)")
        }
    }

    /// Whether connections may lead to a proxy, which then looks the names up.
    private static func usesProxy(_ proxy: HTTPProxy) -> Bool {
        switch proxy {
        case .none: false
        case .url: true
        case .environment:
            ["http_proxy", "https_proxy", "HTTPS_PROXY", "all_proxy", "ALL_PROXY"].contains { (name: String) in
                getenv(name).map { $0.pointee != 0 } ?? false
            }
        }
    }
}
