import DestinationModel
import Kubernetes
import RelayRoutes
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Relay

/// Ports that open when the test says so.
private final class HeldPorts: RoutePorts {
    private let held = Mutex<[Int: CheckedContinuation<Void, Never>]>([:])

    /// Those that are being opened.
    var opening: Set<Int> { held.withLock { Set($0.keys) } }

    /// Lets one be open.
    func release(_ port: Int) { held.withLock { $0.removeValue(forKey: port) }?.resume() }

    func open(_ claim: RouteClaim) async {
        await withCheckedContinuation { continuation in held.withLock { $0[claim.port] = continuation } }
    }

    func retarget(_ claim: RouteClaim) {}

    func close(port: Int) async {}
}

@Suite struct ClusterRoutesTests {
    @Test("Ready is the relay when each port of a whole list is open, and no sooner")
    func readiness() async throws {
        try await TestRelay.run { relay in
            let ports = HeldPorts()
            let (watch, told) = AsyncStream<WatchEvent>.makeStream()
            let routes = ClusterRoutes(
                watch: watch,
                keeper: PortKeeper(ports, logger: relay.log.logger),
                table: relay.table,
                metrics: try ClusterMetrics(MetricsRegistry()) { 0 },
                logger: relay.log.logger
            )
            let running = Task { try await routes.run() }
            defer { running.cancel() }

            told.yield(.restarted)
            for (number, tenant) in ["a", "b", "c"].enumerated() {
                let claim = RouteClaim(port: 20_000 + number, owner: "one", route: try TestRelay.route(tenant: tenant))
                told.yield(.present(claim.service(in: "tproxy-system")))
            }
            // Half a list could hide a conflict.
            for _ in 0..<100 { await Task.yield() }
            #expect(ports.opening.isEmpty)
            told.yield(.synced)
            #expect(await eventually { ports.opening == [20_000, 20_001, 20_002] })
            for port in 20_000..<20_003 {
                for _ in 0..<100 { await Task.yield() }
                #expect(!relay.table.readiness.isReady, "\(port) isn't open yet")
                ports.release(port)
            }
            #expect(await eventually { relay.table.readiness.isReady })
        }
    }
}
