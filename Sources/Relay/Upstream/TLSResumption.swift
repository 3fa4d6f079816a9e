import TLS

/// The TLS session to be resumed by the next connection of one pool. Not shared among pools: a resumed session has been
/// verified under the policy of the one before.
///
/// Belongs to the pool's event loop.
final class TLSResumption {
    var session: TLSSession?
}

@available(*, unavailable)
extension TLSResumption: Sendable {}
