import Glibc
public import NIOCore
public import NIOPosix

/// Where servers listen: on IPv6 and IPv4 by one socket, where the machine has IPv6.
public enum ListenAddress {
    /// All addresses of the machine, of both families.
    public static let any = "::"

    /// The address to bind: `0.0.0.0` in place of `::` on a machine without IPv6, else `host` itself.
    public static func resolved(_ host: String) -> String {
        host == any && !canBind("::") ? "0.0.0.0" : host
    }

    /// An address of this machine by which it reaches a server that listens on `host`.
    public static func reachable(_ host: String) -> String {
        switch host {
        case any: canBind("::1") ? "::1" : "127.0.0.1"
        case "0.0.0.0": "127.0.0.1"
        default: host
        }
    }

    /// Whether a socket of IPv6 can have an address here.
    private static func canBind(_ host: String) -> Bool {
        let descriptor = socket(AF_INET6, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        guard descriptor >= 0 else { return false }
        defer { close(descriptor) }
        var address = sockaddr_in6()
        address.sin6_family = sa_family_t(AF_INET6)
        guard inet_pton(AF_INET6, host, &address.sin6_addr) == 1 else { return false }
        return withUnsafePointer(to: &address) {
            $0.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                bind(descriptor, $0, socklen_t(MemoryLayout<sockaddr_in6>.size)) == 0
            }
        }
    }
}

extension ServerBootstrap {
    /// Has a socket that listens on ``ListenAddress/any`` take connections of IPv4 too, whatever the machine's default is.
    public func bothFamilies(at host: String?) -> ServerBootstrap {
        guard host == ListenAddress.any else { return self }
        return serverChannelOption(ChannelOptions.Types.SocketOption(level: .ipv6, name: .ipv6_v6only), value: 0)
    }
}

extension SocketAddress {
    /// The IP address as text; an IPv4 address that is mapped into IPv6 (RFC 4291 §2.5.5.2) without the prefix.
    public var plainIPAddress: String? {
        guard let text = ipAddress else { return nil }
        let prefix = "::ffff:"
        return text.hasPrefix(prefix) && text.contains(".") ? String(text.dropFirst(prefix.count)) : text
    }
}
