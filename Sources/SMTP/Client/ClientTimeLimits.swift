/// How long a session waits for each of the server's replies (RFC 5321 §4.5.3.2). Each is a total.
public struct ClientTimeLimits: Hashable, Sendable {
    /// The 220 greeting.
    public var greeting = Duration.seconds(300)
    /// EHLO and each step of AUTH, for which the RFC names none.
    public var command = Duration.seconds(300)
    /// The login as a whole, from EHLO to the end of AUTH.
    public var login = Duration.seconds(300)
    /// MAIL.
    public var mail = Duration.seconds(300)
    /// RCPT.
    public var recipient = Duration.seconds(300)
    /// The 354 to DATA.
    public var dataInitiation = Duration.seconds(120)
    /// One block of the message being taken by the server: what lies between a channel's water marks, 32 KiB.
    public var dataBlock = Duration.seconds(180)
    /// The reply to the final dot.
    public var dataTermination = Duration.seconds(600)
    /// The reply to a probe of a session that lay idle. A dead peer must not cost the client minutes.
    public var probe = Duration.seconds(10)
    /// From QUIT, or from any other end, until the connection is closed hard.
    public var closing = Duration.seconds(5)

    /// The RFC's limits.
    public init() {}
}
