#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// One end of a TCP connection over IPv4 that this process has open, found by its ports.
struct ConnectedSocket {
    private let descriptor: CInt

    /// - Parameters:
    ///   - port: the port of this end; nil for any.
    ///   - remote: the port of the other end.
    init?(port: Int? = nil, remote: Int) {
        for descriptor in 0..<CInt(4096) {
            guard let peer = Self.port(descriptor, getpeername), peer == remote else { continue }
            guard let port else {
                self.descriptor = descriptor
                return
            }
            if Self.port(descriptor, getsockname) == port {
                self.descriptor = descriptor
                return
            }
        }
        return nil
    }

    private static func port(
        _ descriptor: CInt,
        _ name: (CInt, UnsafeMutablePointer<sockaddr>, UnsafeMutablePointer<socklen_t>) -> CInt
    ) -> Int? {
        // A sockaddr_in: the family, then the port in network byte order.
        var address: [UInt8] = Array(repeating: 0, count: 16)
        var length = socklen_t(address.count)
        let result = address.withUnsafeMutableBytes { bytes -> CInt in
            guard let base = bytes.baseAddress else { return -1 }
            return name(descriptor, base.assumingMemoryBound(to: sockaddr.self), &length)
        }
        guard result == 0, Int(address[0]) == Int(AF_INET) else { return nil }
        return Int(address[2]) << 8 | Int(address[3])
    }

    /// Whether the kernel acknowledges at once what arrives, as TCP_QUICKACK asks for until the next reply is sent.
    var acknowledgesQuickly: Bool {
        get {
            var value: CInt = -1
            var length = socklen_t(MemoryLayout<CInt>.size)
            getsockopt(descriptor, CInt(IPPROTO_TCP), TCP_QUICKACK, &value, &length)
            return value == 1
        }
        nonmutating set {
            var value: CInt = newValue ? 1 : 0
            setsockopt(descriptor, CInt(IPPROTO_TCP), TCP_QUICKACK, &value, socklen_t(MemoryLayout<CInt>.size))
        }
    }
}
