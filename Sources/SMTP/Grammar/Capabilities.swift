/// What a mail server offered in its EHLO reply (RFC 5321 §4.1.1.1), as far as the relay makes use of it.
public struct Capabilities: Hashable, Sendable {
    /// SIZE (RFC 1870): the largest message in octets. Zero is "no fixed limit"; nil: not offered.
    public var size: Int?
    /// PIPELINING (RFC 2920).
    public var pipelining = false
    /// 8BITMIME (RFC 6152).
    public var eightBitMIME = false
    /// SMTPUTF8 (RFC 6531).
    public var smtpUTF8 = false
    /// DSN (RFC 3461).
    public var deliveryStatusNotifications = false
    /// ENHANCEDSTATUSCODES (RFC 2034).
    public var enhancedStatusCodes = false
    /// LIMITS RCPTMAX (RFC 9422): recipients in one transaction.
    public var mostRecipients: Int?
    /// LIMITS MAILMAX (RFC 9422): transactions in one session.
    public var maxMessages: Int?
    /// AUTH (RFC 4954): the mechanisms that the relay speaks, in the server's order.
    public var authenticationMechanisms: [SASLMechanism] = []

    /// Those of a server that offers nothing, or of which nothing is known.
    public init() {}

    /// Reads a positive reply to EHLO. What is unknown or malformed is left out.
    public init(ehlo reply: Reply) {
        var reader = EHLOReader()
        self = reader.read(reply)
    }

    /// The largest message that both this server and `ours` (octets, zero: no limit) take; zero: no limit.
    public func messageLimit(ours: Int) -> Int {
        switch (size ?? 0, ours) {
        case (0, let limit), (let limit, 0): limit
        case (let theirs, let ours): min(theirs, ours)
        }
    }
}
