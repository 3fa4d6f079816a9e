/// How long an exchange may take.
public struct HTTPTimeouts: Sendable, Hashable {
    /// Name look-up, TCP, proxy tunnel and TLS handshake together.
    public var connect: Duration
    /// From the start of the request to the last byte of the answer. `nil` for answers that never end, such as watches.
    public var overall: Duration?
    /// The longest time in which the peer, once connected, neither takes nor sends a byte while we are ready for it.
    /// Time in which the caller does not read the answer, or does not supply the request's body, does not count.
    public var stall: Duration?

    /// Time limits; the defaults are those of SAP's Transparent Proxy for its own look-ups, with a bound on the whole.
    public init(connect: Duration = .seconds(5), overall: Duration? = .seconds(30), stall: Duration? = .seconds(10)) {
        self.connect = connect
        self.overall = overall
        self.stall = stall
    }
}
