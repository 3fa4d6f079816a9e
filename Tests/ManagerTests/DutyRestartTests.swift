import Configuration
import Kubernetes
import Logging
import ServerSupport
import Synchronization
import Telemetry
import TestSupport
import Testing

@testable import Manager

@Suite struct DutyRestartTests {
    /// The domains of the configurations under which duties run.
    private final class Running: Sendable {
        private let domains = Mutex<[String]>([])
        var now: [String] { domains.withLock { $0 } }
        func begin(_ domain: String) { domains.withLock { $0.append(domain) } }
        func end(_ domain: String) { domains.withLock { $0.removeAll { $0 == domain } } }
    }

    private struct Noting: Duty {
        let name = "noting"
        let domain: String
        let running: Running

        func run() async throws {
            running.begin(domain)
            defer { running.end(domain) }
            try await Task.sleep(for: .seconds(3600))
        }
    }

    @Test func dutiesAreBegunAnewWithAnotherConfiguration() async throws {
        let logger = LogCollector().logger
        var configuration = ServerConfiguration()
        let live = LiveConfiguration(configuration)
        let running = Running()
        let access = ClusterAccess(server: "http://127.0.0.1:1")
        let service = LeaderService(
            election: LeaderElection(
                try KubernetesClient(access, logger: logger),
                lease: "test",
                in: "test",
                identity: "test",
                logger: logger
            ),
            configuration: live,
            roster: { configuration in
                DutyRoster(duties: [Noting(domain: configuration.clusterDomain, running: running)], logger: logger)
            },
            metrics: try ManagerMetrics(MetricsRegistry())
        )
        let task = Task { await service.doDuties() }
        try await eventually("the duty to run") { running.now == ["cluster.local"] }
        configuration.clusterDomain = "other.example"
        live.replace(by: configuration)
        try await eventually("the duty to run anew") { running.now == ["other.example"] }
        task.cancel()
        await task.value
        #expect(running.now.isEmpty)
    }
}
