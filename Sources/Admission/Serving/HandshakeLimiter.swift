import NIOCore
import Synchronization
import Telemetry

/// Bounds the handshakes under way and, while there are many, how often each client address begins one. May be used from
/// any thread.
///
/// A handshake comes before any certificate of the client, so these bounds are all that stands between the server and a
/// stranger. When there are too many, the address with most of them loses its oldest.
final class HandshakeLimiter: Sendable {
    private let connections: ConnectionTracker
    private let rate: Mutex<HandshakeRate>
    /// From this number on the rate counts.
    private let busy: Int
    private let metrics: AdmissionMetrics

    init(_ limits: ServingLimits, metrics: AdmissionMetrics) {
        connections = ConnectionTracker(limit: limits.handshakes) { metrics.reached(.handshakes) }
        rate = Mutex(HandshakeRate(limit: limits.handshakesPerSecond))
        busy = limits.handshakes / 2
        self.metrics = metrics
    }

    /// Takes in a connection whose handshake begins. Another may be closed for it.
    ///
    /// - Returns: `false` if its address has to wait.
    func admit(_ channel: any Channel, address: String, at now: NIODeadline = .now()) -> Bool {
        let isWithinRate = rate.withLock { $0.admit(address, at: now) }
        guard isWithinRate || connections.count < busy else {
            metrics.reached(.handshakeRate)
            return false
        }
        return connections.admit(channel)
    }

    /// The handshake is complete.
    func complete(_ channel: any Channel) {
        connections.release(channel)
    }
}
