public import NIOCore

/// The user inbound event in which a client's handler hands on what a server says in plain text instead of TLS.
///
/// Fired for all input of a connection whose very first bytes are no TLS record, and only where the handler was asked to
/// (``TLSHandler/init(client:serverName:resuming:onNewSession:reportsPlaintext:now:)``). Nothing is verified: anybody on
/// the way may have said it. The handler that takes it bounds it and closes the connection.
public struct TLSPlaintextReceived: Sendable, Hashable {
    /// The bytes, in the order of the wire.
    public let bytes: ByteBuffer
}
