/// What a hostile mail server does once it has turned hostile.
public enum HostileBehavior: String, CaseIterable, Sendable {
    /// Reads, and sends nothing.
    case silence
    /// Sends a byte every 50 ms of what never becomes a reply or a handshake.
    case drip
    /// Sends lines of a reply, or records of a handshake, as fast as the client takes them.
    case flood
    /// Sends random bytes.
    case garbage
    /// Sends one line, or one handshake message, that never ends.
    case huge
    /// Closes the connection: with FIN, with close_notify and FIN, or with RST.
    case earlyClose
    /// Sends what belongs elsewhere, and repeats the client's credentials.
    case wrongOrder
    /// Sends a TLS record without data every 50 ms.
    case recordDrip
    /// Sends KeyUpdates as fast as the client takes them, and reads nothing.
    case keyUpdates
    /// Sends session tickets as fast as the client takes them, and reads nothing.
    case tickets
    /// Sends TLS 1.2 HelloRequests as fast as the client takes them, and reads nothing.
    case helloRequests

    /// Whether it is possible at a stage.
    public func applies(to stage: HostileStage) -> Bool {
        switch self {
        case .silence, .drip, .flood, .garbage, .huge, .earlyClose, .wrongOrder: true
        case .recordDrip, .keyUpdates, .tickets, .helloRequests: stage.isSecured
        }
    }
}
