import Glibc
import Synchronization

/// Finds free TCP ports on 127.0.0.1 for servers that are about to start.
///
/// They lie below the range from which the kernel takes the ports of outgoing connections, so that none of those can
/// take one between being found and being listened on; and none is given out twice in one run.
enum LoopbackPorts {
    private static let range = 12_000..<32_000
    /// Where the next block begins. One comes behind the other, so that there is room for large ones to the end; where the
    /// first is, is left to chance, for other runs may be under way.
    private static let next = Mutex(Int.random(in: LoopbackPorts.range))
    private static let given = Mutex<Set<Int>>([])

    struct NoneFree: Error {}

    /// The first of `count` neighbouring free ports.
    static func free(_ count: Int = 1) throws -> Int {
        for _ in 0..<1000 {
            let first = self.next.withLock { next in
                if next + count > self.range.upperBound { next = self.range.lowerBound }
                defer { next += count }
                return next
            }
            let ports = first..<first + count
            let isNew = self.given.withLock { given in
                guard given.isDisjoint(with: ports) else { return false }
                given.formUnion(ports)
                return true
            }
            if isNew, ports.allSatisfy({ (try? LoopbackListener(port: $0)) != nil }) { return first }
        }
        throw NoneFree()
    }
}

/// Holds a port, so that nobody else can listen there. Connections to it are accepted by nobody.
final class LoopbackListener: Sendable {
    let port: Int
    private let descriptor: Int32

    struct Taken: Error {
        let port: Int
    }

    init(port: Int) throws {
        self.port = port
        self.descriptor = LoopbackSocket.make()
        // Connections that ended a moment ago hold no port; another listener does.
        var yes: Int32 = 1
        setsockopt(self.descriptor, SOL_SOCKET, SO_REUSEADDR, &yes, socklen_t(MemoryLayout<Int32>.size))
        let isBound = LoopbackSocket.withAddress(port: port) { bind(self.descriptor, $0, $1) } == 0
        guard isBound, listen(self.descriptor, 1) == 0 else { throw Taken(port: port) }
    }

    deinit { close(self.descriptor) }
}

/// The few socket calls that the tests need.
enum LoopbackSocket {
    /// A TCP socket that no started program inherits.
    static func make() -> Int32 {
        socket(AF_INET, Int32(SOCK_STREAM.rawValue | SOCK_CLOEXEC.rawValue), 0)
    }

    /// Calls `body` with the address of a port on 127.0.0.1.
    static func withAddress<Result>(port: Int, _ body: (UnsafePointer<sockaddr>, socklen_t) -> Result) -> Result {
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(port).bigEndian
        address.sin_addr.s_addr = in_addr_t(INADDR_LOOPBACK).bigEndian
        return withUnsafePointer(to: address) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                body($0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
}
