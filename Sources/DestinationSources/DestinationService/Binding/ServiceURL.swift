internal import DestinationModel

/// An address that a service binding names: https, a host, perhaps a port and a path. Nothing in it is secret.
///
/// Only https will do: what is sent there is the login of the relay, and what comes back are those of the tenants.
public struct ServiceURL: Hashable, Sendable {
    /// The host's name in lower case.
    public let host: String
    /// The port, if it isn't 443.
    public let port: Int?
    /// The path without the final `/`; empty for none.
    public let path: String

    /// Reads an address.
    ///
    /// - Returns: nil where the text is no plain https URL, or holds a login, a query or a fragment.
    public init?(_ text: String) {
        guard text.utf8.count <= 1024, text.utf8.allSatisfy({ (0x21...0x7E).contains($0) }) else { return nil }
        let scheme = "https://"
        guard text.prefix(scheme.count).lowercased() == scheme else { return nil }
        let rest = text.dropFirst(scheme.count)
        guard !rest.contains(where: { "@?#\\".contains($0) }) else { return nil }
        let authority = rest.prefix { $0 != "/" }
        let parts = authority.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
        guard let host = parts.first?.lowercased(), Self.isHostName(host) else { return nil }
        var port: Int?
        if parts.count == 2 {
            guard parts[1].utf8.allSatisfy({ (0x30...0x39).contains($0) }), let number = Int(parts[1]),
                (1...65_535).contains(number)
            else { return nil }
            port = number
        }
        self.init(host: host, port: port, path: String(rest.dropFirst(authority.count)))
    }

    private init(host: String, port: Int?, path: String) {
        self.host = host
        self.port = port == 443 ? nil : port
        var path = path
        while path.hasSuffix("/") { path.removeLast() }
        self.path = path
    }

    /// The same address for a tenant: its subdomain in place of the host's first label.
    ///
    /// - Returns: nil where the subdomain is no DNS label, and so might lead the login to another host, or where the host
    ///   has no label that could make room.
    func tenant(_ subdomain: String) -> ServiceURL? {
        guard DNSLabel.isRFC1123(subdomain), let dot = host.firstIndex(of: ".") else { return nil }
        return ServiceURL(host: subdomain + host[dot...], port: port, path: path)
    }

    /// Whether there is a domain behind the first label, as the authorization server's tenants need.
    var hasSubdomain: Bool {
        host.contains(".") && !(host.split(separator: ".").last?.allSatisfy(\.isNumber) ?? true)
    }

    private static func isHostName(_ host: String) -> Bool {
        host.utf8.count <= 253
            && host.split(separator: ".", omittingEmptySubsequences: false).allSatisfy {
                DNSLabel.isRFC1123(String($0))
            }
    }
}

extension ServiceURL: CustomStringConvertible {
    public var description: String { "https://\(host)\(port.map { ":\($0)" } ?? "")\(path)" }
}
