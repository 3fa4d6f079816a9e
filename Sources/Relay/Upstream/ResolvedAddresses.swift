import NIOCore
import NIOPosix
import NameResolution

/// Addresses that are known, as NIO's connecting takes them: it tries the families in turns (RFC 8305).
struct ResolvedAddresses: Resolver, Sendable {
    private let addresses: [IPAddress]
    private let loop: any EventLoop

    init(_ addresses: [IPAddress], on loop: any EventLoop) {
        self.addresses = addresses
        self.loop = loop
    }

    func initiateAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(.v4, port) }

    func initiateAAAAQuery(host: String, port: Int) -> EventLoopFuture<[SocketAddress]> { answer(.v6, port) }

    func cancelQueries() {}

    private func answer(_ family: IPAddress.Family, _ port: Int) -> EventLoopFuture<[SocketAddress]> {
        loop.makeCompletedFuture {
            try addresses.filter { $0.family == family }.map { address in
                try SocketAddress(packedIPAddress: ByteBuffer(bytes: address.bytes), port: port)
            }
        }
    }
}

extension IPAddress {
    /// The address without its port; `nil` for one of another kind.
    init?(_ address: SocketAddress) {
        guard let text = address.ipAddress else { return nil }
        self.init(text)
    }
}
