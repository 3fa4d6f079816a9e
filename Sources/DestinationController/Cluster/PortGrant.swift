/// What asking for a relay port comes to.
enum PortGrant: Hashable, Sendable {
    /// The port is the asker's.
    case port(Int)
    /// There is none for it.
    case none(PortLack)
}

/// Why there is no relay port for a tenant.
public enum PortLack: Hashable, Sendable {
    /// None of the range is free.
    case range(ClosedRange<Int>)
    /// Its namespace has so many that no more of them are free for all others.
    case share
    /// So many are nobody's, but relays that haven't heard of it still have them open, or have last said so.
    case relays(Int)
}
