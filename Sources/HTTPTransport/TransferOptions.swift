internal import CCurl

/// A client's configuration as its transfers need it: files read, PEM checked.
struct TransferOptions: Sendable {
    /// `nil`: libcurl's default.
    let trustedRoots: PinnedBytes?
    let trustsSystemDirectory: Bool
    let certificate: PinnedBytes?
    let privateKey: PinnedBytes?
    let proxy: HTTPProxy
    let addressCheck: (@Sendable ([UInt8]) -> String?)?
    let allowsHTTP2: Bool
    let userAgent: String
    let maximumIdleConnections: Int

    /// Reads the files that the configuration names. Blocks for as long as that takes.
    ///
    /// - Throws: `invalidConfiguration`.
    init(_ configuration: HTTPClientConfiguration) throws(HTTPError) {
        switch configuration.trust {
        case .system: trustedRoots = nil
        case .only(let pem): trustedRoots = try pem.load(expecting: "CERTIFICATE")
        case .systemAnd(let pem): trustedRoots = try Self.joined(pem.load(expecting: "CERTIFICATE"))
        }
        if case .only = configuration.trust { trustsSystemDirectory = false } else { trustsSystemDirectory = true }
        certificate = try configuration.identity?.certificateChain.load(expecting: "CERTIFICATE")
        privateKey = try configuration.identity?.privateKey.load(expecting: "PRIVATE KEY")
        if case .url(let url) = configuration.proxy {
            guard ["http://", "https://"].contains(where: url.hasPrefix),
                url.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F })
            else { throw HTTPError(.invalidConfiguration, detail: "the proxy must be an http:// or https:// URL") }
        }
        proxy = configuration.proxy
        addressCheck = configuration.addressCheck
        allowsHTTP2 = configuration.allowsHTTP2
        guard configuration.userAgent.utf8.allSatisfy({ (0x20...0x7E).contains($0) }) else {
            throw HTTPError(.invalidConfiguration, detail: "the user agent must be printable ASCII")
        }
        userAgent = configuration.userAgent
        maximumIdleConnections = max(1, configuration.maximumIdleConnections)
    }

    /// libcurl takes one bundle: a second one replaces the system's, so the two are joined here.
    private static func joined(_ extra: PinnedBytes) throws(HTTPError) -> PinnedBytes {
        guard let path = ccurl_system_ca_file() else { return extra }
        let system = try HTTPPEM.read(String(cString: path))
        return PinnedBytes(system + [UInt8(ascii: "\n")] + extra.pointer)
    }
}
