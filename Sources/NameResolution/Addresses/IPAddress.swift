#if canImport(Glibc)
internal import Glibc
#elseif canImport(Musl)
internal import Musl
#else
internal import Darwin
#endif

/// An IPv4 or IPv6 address, without port and zone.
public struct IPAddress: Hashable, Sendable {
    /// The address families.
    public enum Family: Sendable {
        case v4
        case v6
    }

    /// 4 or 16 bytes in network order.
    public let bytes: [UInt8]

    /// - Returns: `nil` unless there are 4 or 16 bytes.
    public init?(bytes: some Collection<UInt8>) {
        guard bytes.count == 4 || bytes.count == 16 else { return nil }
        self.bytes = Array(bytes)
    }

    /// Reads dotted decimal with four parts (RFC 6943 §3.1.1, the strict form) or a text of RFC 4291 §2.2.
    ///
    /// - Returns: `nil` for anything else, such as `127.1`, `0x7f.0.0.1` or an address with a zone.
    public init?(_ text: String) {
        guard !text.utf8.contains(0) else { return nil }
        var v4 = in_addr()
        var v6 = in6_addr()
        if inet_pton(AF_INET, text, &v4) == 1 {
            bytes = withUnsafeBytes(of: &v4) { Array($0) }
        } else if inet_pton(AF_INET6, text, &v6) == 1 {
            bytes = withUnsafeBytes(of: &v6) { Array($0) }
        } else {
            return nil
        }
    }

    public var family: Family { bytes.count == 4 ? .v4 : .v6 }

    /// The IPv4 address that packets to this address end at, where it embeds one: IPv4-mapped and IPv4-compatible
    /// (RFC 4291 §2.5.5), NAT64 (RFC 6052 §2.1, RFC 8215) and 6to4 (RFC 3056 §2).
    public var embeddedIPv4: IPAddress? {
        guard family == .v6 else { return nil }
        let zeros = bytes.prefix { $0 == 0 }.count
        if zeros == 10, bytes[10] == 0xFF, bytes[11] == 0xFF { return IPAddress(bytes: bytes[12...]) }
        // :: and ::1 are addresses of their own.
        if zeros >= 12, bytes[12...].contains(where: { $0 > 1 }) { return IPAddress(bytes: bytes[12...]) }
        if bytes.starts(with: [0x00, 0x64, 0xFF, 0x9B]) { return IPAddress(bytes: bytes[12...]) }
        if bytes.starts(with: [0x20, 0x02]) { return IPAddress(bytes: bytes[2..<6]) }
        return nil
    }
}

extension IPAddress: CustomStringConvertible {
    /// Dotted decimal, or the text of RFC 5952.
    public var description: String {
        var text = [CChar](repeating: 0, count: Int(INET6_ADDRSTRLEN))
        let family = family == .v4 ? AF_INET : AF_INET6
        guard inet_ntop(family, bytes, &text, socklen_t(text.count)) != nil else { return "" }
        return String(decoding: text.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
