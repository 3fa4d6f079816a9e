import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

extension Channel {
    /// Sends the acknowledgement that the kernel holds back for up to 40 ms (TCP_QUICKACK). To be called after each read:
    /// the kernel returns to delaying by itself. On the channel's event loop.
    ///
    /// A peer with Nagle's algorithm on, which is the default, doesn't send a small segment while another is
    /// unacknowledged (RFC 1122 §4.2.3.4).
    func acknowledgeNow() {
        #if os(Linux)
        // Fails on a closed channel alone.
        try? syncOptions?.setOption(.quickAcknowledgement, value: 1)
        #endif
    }
}

#if os(Linux)
extension ChannelOption where Self == ChannelOptions.Types.SocketOption {
    static var quickAcknowledgement: Self { .tcpOption(.init(rawValue: CInt(TCP_QUICKACK))) }
}
#endif
