internal import CCurl
internal import Glibc

/// A URL that may be requested, read by libcurl's own parser, so that what is checked is what will be connected to.
struct RequestTarget: Sendable {
    /// The URL as given.
    let url: String
    /// Scheme, host and port; all that errors and logs may show.
    let origin: String
    /// The host as the URL has it; an IPv6 address in brackets.
    let host: String
    /// The port, that of the scheme where the URL has none.
    let port: String
    /// The bytes of the host where it is an IP address, in whatever form libcurl takes for one.
    let address: [UInt8]?

    /// Parses and checks a URL.
    ///
    /// - Throws: `invalidURL`.
    init(_ url: String) throws(HTTPError) {
        // Beyond ASCII the host would need IDNA and the rest percent-encoding, and peers differ in both.
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }), url.utf8.count <= 16_384 else {
            throw HTTPError(.invalidURL, detail: "only printable ASCII, at most 16384 bytes; encode the rest")
        }
        guard let handle = curl_url() else { throw HTTPError(.failed, detail: "out of memory") }
        defer { curl_url_cleanup(handle) }
        guard curl_url_set(handle, CURLUPART_URL, url, 0) == CURLUE_OK,
            let scheme = Self.part(CURLUPART_SCHEME, of: handle), scheme == "http" || scheme == "https",
            let host = Self.part(CURLUPART_HOST, of: handle), !host.isEmpty,
            let port = Self.part(CURLUPART_PORT, of: handle)
        else {
            throw HTTPError(.invalidURL, detail: "must be http:// or https:// with a host")
        }
        guard Self.part(CURLUPART_USER, of: handle) == nil, Self.part(CURLUPART_PASSWORD, of: handle) == nil else {
            throw HTTPError(.invalidURL, origin: "\(scheme)://\(host):\(port)", detail: "no user name in the URL")
        }
        self.url = url
        (self.host, self.port) = (host, port)
        origin = "\(scheme)://\(host):\(port)"
        address = Self.address(host)
    }

    /// libcurl has made all forms of IPv4 addresses dotted decimal, and put IPv6 addresses into brackets.
    private static func address(_ host: String) -> [UInt8]? {
        var v4 = in_addr()
        if inet_pton(AF_INET, host, &v4) == 1 { return withUnsafeBytes(of: &v4) { Array($0) } }
        var v6 = in6_addr()
        guard host.hasPrefix("["), inet_pton(AF_INET6, String(host.dropFirst().dropLast()), &v6) == 1 else {
            return nil
        }
        return withUnsafeBytes(of: &v6) { Array($0) }
    }

    private static func part(_ part: CURLUPart, of handle: OpaquePointer) -> String? {
        var text: UnsafeMutablePointer<CChar>?
        guard curl_url_get(handle, part, &text, UInt32(CURLU_DEFAULT_PORT)) == CURLUE_OK, let text else { return nil }
        defer { curl_free(text) }
        return String(cString: text)
    }
}
