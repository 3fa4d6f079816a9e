#if canImport(Glibc)
private import Glibc
#elseif canImport(Musl)
private import Musl
#else
private import Darwin
#endif

/// What may stand for a mail server.
enum HostSyntax {
    /// A host name or address as the resolver takes it.
    ///
    /// - Returns: The name as written, with the final dot that it may have, or the address without brackets; `nil` where
    ///   it is neither.
    static func normalized(_ text: String) -> String? {
        if text.hasPrefix("[") || text.contains(":") {
            let address = text.hasPrefix("[") && text.hasSuffix("]") ? String(text.dropFirst().dropLast()) : text
            return isIPv6Address(address) ? address : nil
        }
        let name = text.hasSuffix(".") ? String(text.dropLast()) : text
        guard isHostName(name) else { return nil }
        // The dot keeps a resolver from trying search domains (RFC 1535 §6); an address has none.
        return isIPv4Address(name) ? name : text
    }

    /// Whether a text is an IP address, not a name.
    static func isAddress(_ text: String) -> Bool {
        isIPv4Address(text) || isIPv6Address(text)
    }

    /// Labels of letters, digits, `-` and `_`, at most 63 octets each and 253 in all (RFC 1035 §2.3.4). The underscore
    /// is no host name character, but resolvers take it and compose files use it.
    private static func isHostName(_ name: String) -> Bool {
        guard name.utf8.count <= 253 else { return false }
        let labels = name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false)
        guard
            labels.allSatisfy({ label in
                (1...DNSLabel.maximumLength).contains(label.count) && label.first != UInt8(ascii: "-")
                    && label.last != UInt8(ascii: "-") && label.allSatisfy(isNameCharacter)
            })
        else { return false }
        // A name whose last label is a number can be nothing but an address (RFC 1123 §2.1). Resolvers take 127.1 and
        // 0x7f000001 for one, too; here only dotted decimal is.
        guard let last = labels.last, isNumber(last) else { return true }
        return isIPv4Address(name)
    }

    /// Whether `inet_aton` would take a label for a number: decimal, octal or hexadecimal.
    private static func isNumber(_ label: Substring.UTF8View) -> Bool {
        let isHexadecimal = label.starts(with: "0x".utf8) || label.starts(with: "0X".utf8)
        return label.dropFirst(isHexadecimal ? 2 : 0).allSatisfy { byte in
            (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(byte)
                || isHexadecimal && (UInt8(ascii: "a")...UInt8(ascii: "f")).contains(byte | 0x20)
        }
    }

    private static func isNameCharacter(_ octet: UInt8) -> Bool {
        DNSLabel.isAllowed(octet) || (UInt8(ascii: "A")...UInt8(ascii: "Z")).contains(octet)
            || octet == UInt8(ascii: "_")
    }

    private static func isIPv4Address(_ text: String) -> Bool {
        var address = in_addr()
        return !text.utf8.contains(0) && inet_pton(AF_INET, text, &address) == 1
    }

    private static func isIPv6Address(_ text: String) -> Bool {
        var address = in6_addr()
        return !text.utf8.contains(0) && inet_pton(AF_INET6, text, &address) == 1
    }
}
