/// The user outbound event that closes a connection without a close_notify.
///
/// For giving up halfway through a message: a peer that takes the end of the connection for the end of the message
/// must see that it was cut off (RFC 8446 section 6.1).
public struct TLSAbruptClose: Sendable, Hashable {
    /// An event has no parts.
    public init() {}
}
