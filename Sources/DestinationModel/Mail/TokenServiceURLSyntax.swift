/// What may stand for the URL that client secrets are sent to.
enum TokenServiceURLSyntax {
    /// What is wrong with a URL, or `nil`. The text doesn't repeat the URL, which may hold a login.
    static func fault(in url: String, type: OAuth2ClientCredentials.URLType?) -> String? {
        guard url.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else {
            return "must hold printable ASCII characters only, without spaces"
        }
        guard let separator = url.firstRange(of: "://"),
            ["http", "https"].contains(url[..<separator.lowerBound].lowercased())
        else { return "must begin with https:// or http://" }
        let authority = url[separator.upperBound...].prefix { $0 != "/" && $0 != "?" && $0 != "#" }
        guard !authority.contains("@") else {
            return "must hold no login; use tokenServiceUser and tokenServicePassword"
        }
        let placeholder = OAuth2ClientCredentials.tenantPlaceholder
        if type == .dedicated, url.contains(placeholder) {
            return "holds \(placeholder), which serves only with the tokenServiceURLType Common"
        }
        let resolved = authority.split(separator: placeholder, omittingEmptySubsequences: false).joined(separator: "t")
        guard let host = host(of: resolved) else {
            return "names no valid host and port"
        }
        if type == .common, !url.contains(placeholder), HostSyntax.isAddress(host) {
            return "names an IP address, in front of which the tokenServiceURLType Common can put no tenant"
        }
        return nil
    }

    /// Whether a URL asks for HTTP without TLS.
    static func isPlaintext(_ url: String) -> Bool {
        url.firstRange(of: "://").map { url[..<$0.lowerBound].lowercased() == "http" } ?? false
    }

    private static func host(of authority: String) -> String? {
        let hostEnd = authority.lastIndex(of: "]").map(authority.index(after:)) ?? authority.firstIndex(of: ":")
        let port = authority[(hostEnd ?? authority.endIndex)...]
        guard port.isEmpty || isPort(port) else { return nil }
        return HostSyntax.normalized(String(authority[..<(hostEnd ?? authority.endIndex)]))
    }

    private static func isPort(_ text: Substring) -> Bool {
        guard text.hasPrefix(":"), let number = Int(text.dropFirst()) else { return false }
        return (1...65_535).contains(number)
    }
}
