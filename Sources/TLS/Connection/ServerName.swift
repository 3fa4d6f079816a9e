import NIOCore

/// The name that a client connects to, told apart into what SNI and verification need.
struct ServerName {
    enum Kind {
        case hostName
        case ipAddress
        case unusable
    }

    /// Without the root's dot, which belongs neither in SNI (RFC 6066 section 3) nor in a certificate.
    let text: String
    let kind: Kind

    init(_ name: String) {
        let text = name.hasSuffix(".") ? String(name.dropLast()) : name
        self.text = text
        if text.isEmpty || !text.utf8.allSatisfy({ $0 > 0x20 && $0 < 0x7F }) {
            self.kind = .unusable
        } else if (try? SocketAddress(ipAddress: text, port: 0)) != nil {
            self.kind = .ipAddress
        } else {
            self.kind = .hostName
        }
    }
}
