/// Bounds of what a peer may send until the handshake is complete.
struct HandshakeLimits: Hashable, Sendable {
    /// The longest body of a record.
    var recordLength: Int
    /// The most bytes of all records together.
    var totalLength: Int
    /// The most records. A peer may fragment its messages (RFC 8449), but none needs hundreds.
    var records: Int

    /// For what servers send: a chain of certificates is 10 KiB at most where it is reasonable.
    static let fromServer = HandshakeLimits(recordLength: 16 * 1024 + 256, totalLength: 128 * 1024, records: 128)
    /// For what clients send: a ClientHello with a post-quantum key share and a ticket is 4 KiB.
    static let fromClient = HandshakeLimits(recordLength: 8 * 1024, totalLength: 32 * 1024, records: 64)
}
