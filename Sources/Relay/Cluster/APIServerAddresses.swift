import Glibc
import Kubernetes
import Logging
import NameResolution
import ServiceLifecycle
import Synchronization

/// The addresses of the cluster's API server, as the pod's environment names it. A name is looked up until it is known.
final class APIServerAddresses: Service {
    private struct State {
        var addresses: Set<IPAddress> = []
        /// Names without address so far.
        var unknown: [String] = []
    }

    private let resolver: NameResolver
    private let logger: Logger
    /// Waits between two attempts.
    private let pause: @Sendable (Duration) async throws -> Void
    private let state: Mutex<State>

    /// - Parameters:
    ///   - host: a name or address; `nil` outside of a cluster.
    ///   - pause: waits before the next attempt.
    init(
        _ host: String?,
        resolver: NameResolver = NameResolver(),
        logger: Logger,
        pause: @escaping @Sendable (Duration) async throws -> Void = { try await Task.sleep(for: $0) }
    ) {
        self.resolver = resolver
        self.logger = logger
        self.pause = pause
        var state = State()
        if let host, let address = IPAddress(host) {
            state.addresses = [address]
        } else if let host, !host.isEmpty {
            // Where the environment has a name for clients outside the cluster's network, the Service has another address.
            state.unknown = [host, "kubernetes.default.svc"]
        }
        self.state = Mutex(state)
    }

    /// What the pod's environment names.
    static var host: String? { getenv("KUBERNETES_SERVICE_HOST").map { String(cString: $0) } }

    /// Those that are known.
    var known: Set<IPAddress> { state.withLock { $0.addresses } }

    private var isComplete: Bool { state.withLock { $0.unknown.isEmpty } }

    /// Looks the names up that have no address so far. Waits for the name servers.
    func lookUp() async {
        for name in state.withLock({ $0.unknown }) {
            let answer = await withCheckedContinuation { continuation in
                resolver.resolve(name, for: "") { continuation.resume(returning: $0) }
            }
            switch answer {
            case .success(let found):
                state.withLock { state in
                    state.addresses.formUnion(found)
                    state.unknown.removeAll { $0 == name }
                }
            case .failure(let failure):
                logger.warning(
                    "API server's name not resolved, its addresses are not refused",
                    metadata: ["name": "\(name)", "reason": "\(failure.rawValue)"]
                )
            }
        }
    }

    /// Looks names up again, at growing intervals, until all have an address. Returns when the process is to stop.
    func run() async throws {
        try await cancelWhenGracefulShutdown {
            var backoff = Backoff(base: .seconds(5), limit: .seconds(300))
            var generator = SystemRandomNumberGenerator()
            do {
                while !self.isComplete {
                    try await self.pause(backoff.next(using: &generator))
                    await self.lookUp()
                }
            } catch is CancellationError {
                return
            }
        }
        try? await gracefulShutdown()
    }
}
