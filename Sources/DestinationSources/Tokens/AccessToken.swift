public import DestinationModel

/// An access token with which to log in to a mail server.
public struct AccessToken: Hashable, Sendable {
    /// The token: printable ASCII without spaces, so that it can't break out of a protocol line.
    public let secret: Secret
    /// Tells this token from its successors; never used twice by one provider.
    public let number: UInt64

    public init(secret: Secret, number: UInt64) {
        self.secret = secret
        self.number = number
    }
}
