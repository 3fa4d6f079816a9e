/// Another protocol than SMTP, known by what its clients send first.
public enum ForeignProtocol: String, Hashable, Sendable, CaseIterable {
    /// A ClientHello (RFC 8446 §4.1.2): a client that takes the port for one of implicit TLS.
    case tls
    /// A request: a browser, a health check, or an attacker's detour through one.
    case http
    /// The header that a load balancer puts in front, as text or binary (PROXY protocol, versions 1 and 2).
    case proxyProtocol = "proxy_protocol"

    /// The protocol that lines with this first word, in upper case, belong to.
    init?(verb: String) {
        switch verb {
        case "GET", "POST", "PUT", "HEAD", "PATCH", "DELETE", "OPTIONS", "CONNECT", "TRACE", "PRI", "USER-AGENT:",
            "HOST:", "CONTENT-TYPE:":
            self = .http
        case "PROXY": self = .proxyProtocol
        default: return nil
        }
    }

    /// What the first bytes of an input say.
    enum Recognition: Hashable {
        case recognized(ForeignProtocol)
        /// More bytes are needed.
        case undecided
        case none
    }

    /// Recognizes the binary ones, which need not have a line end, by the next bytes of the input.
    /// - Parameter isFirst: whether nothing has come before: the PROXY header begins with two blank lines.
    static func recognize(_ bytes: some Collection<UInt8>, isFirst: Bool) -> Recognition {
        guard let first = bytes.first else { return .none }
        if first == handshakeRecord {
            guard let second = bytes.dropFirst().first else { return .undecided }
            return second == 3 ? .recognized(.tls) : .none
        }
        guard isFirst, first == proxySignature[0] else { return .none }
        let start = bytes.prefix(proxySignature.count)
        guard proxySignature.starts(with: start) else { return .none }
        return start.count == proxySignature.count ? .recognized(.proxyProtocol) : .undecided
    }

    /// The content type of a TLS record; the major version follows (RFC 8446 §5.1).
    private static let handshakeRecord: UInt8 = 0x16
    private static let proxySignature: [UInt8] = Array("\r\n\r\n\0\r\nQUIT\n".utf8)
}
