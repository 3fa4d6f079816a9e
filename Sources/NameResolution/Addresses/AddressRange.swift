/// A block of addresses in CIDR notation (RFC 4632 §3.1, RFC 4291 §2.3).
public struct AddressRange: Hashable, Sendable {
    private let base: IPAddress
    private let prefixLength: Int

    /// Reads `10.0.0.0/8`, `fd00::/8`, or an address alone for a block of one.
    ///
    /// - Returns: `nil` for anything else, and where bits behind the prefix are set.
    public init?(_ text: String) {
        let parts = text.split(separator: "/", omittingEmptySubsequences: false)
        guard parts.count <= 2, let base = IPAddress(String(parts[0])) else { return nil }
        var length = base.bytes.count * 8
        if parts.count == 2 {
            let digits = parts[1].utf8
            guard (1...3).contains(digits.count), digits.allSatisfy({ (0x30...0x39).contains($0) }),
                let number = Int(parts[1]),
                number <= length
            else { return nil }
            length = number
        }
        self.init(base, prefixLength: length)
        guard base.bytes == masked(base.bytes) else { return nil }
    }

    private init(_ base: IPAddress, prefixLength: Int) {
        self.base = base
        self.prefixLength = prefixLength
    }

    /// Whether an address lies in it. An IPv6 block holds no IPv4 addresses, nor the reverse.
    public func contains(_ address: IPAddress) -> Bool {
        address.family == base.family && masked(address.bytes) == base.bytes
    }

    /// The bytes with all bits behind the prefix cleared.
    private func masked(_ bytes: [UInt8]) -> [UInt8] {
        bytes.enumerated().map { index, byte in
            let kept = min(max(prefixLength - index * 8, 0), 8)
            return byte & ~UInt8(truncatingIfNeeded: 0xFF >> kept)
        }
    }
}

extension AddressRange: CustomStringConvertible {
    public var description: String { "\(base)/\(prefixLength)" }
}
