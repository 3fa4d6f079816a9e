import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// What this machine calls itself in SMTP.
enum HostName {
    /// The machine's fully qualified domain name, or an address literal where it has none (RFC 5321 §4.1.4): some
    /// providers turn away whoever says `localhost`. May ask the resolver: not for an event loop.
    static func forSMTP() -> String {
        let name = ownName()
        if isQualified(name) { return name }
        if let canonical = canonicalName(of: name), isQualified(canonical) { return canonical }
        return addressLiteral() ?? "[127.0.0.1]"
    }

    private static func isQualified(_ name: String) -> Bool {
        let isDomain = name.utf8.allSatisfy { octet in
            switch octet {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."):
                true
            default: false
            }
        }
        return isDomain && name.contains(".") && !name.hasPrefix("localhost") && !name.contains("localdomain")
    }

    private static func ownName() -> String {
        var buffer = [CChar](repeating: 0, count: 256)
        guard gethostname(&buffer, buffer.count - 1) == 0 else { return "" }
        return text(buffer)
    }

    private static func canonicalName(of name: String) -> String? {
        var hints = addrinfo()
        hints.ai_flags = AI_CANONNAME
        var list: UnsafeMutablePointer<addrinfo>?
        guard getaddrinfo(name, nil, &hints, &list) == 0, let list else { return nil }
        defer { freeaddrinfo(list) }
        return list.pointee.ai_canonname.map { String(cString: $0) }
    }

    private static func addressLiteral() -> String? {
        let addresses = (try? System.enumerateDevices())?.compactMap(\.address) ?? []
        let usable = addresses.compactMap { address -> String? in
            guard let text = address.ipAddress, !text.hasPrefix("127."), text != "::1", !text.hasPrefix("fe80") else {
                return nil
            }
            return text.contains(":") ? "[IPv6:\(text)]" : "[\(text)]"
        }
        return usable.first { !$0.contains("IPv6") } ?? usable.first
    }

    private static func text(_ characters: [CChar]) -> String {
        String(decoding: characters.prefix { $0 != 0 }.map { UInt8(bitPattern: $0) }, as: UTF8.self)
    }
}
