import Kubernetes
import Logging
import ServiceLifecycle

/// Stands for election, and does the duties while it leads. Told to stop, it gives the Lease up at once.
struct LeaderService: Service, CustomStringConvertible {
    let election: LeaderElection
    let roster: DutyRoster
    let metrics: ManagerMetrics

    /// What the service group calls it in its log.
    var description: String { "leader election and duties" }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await election.run { [roster, metrics] in
                    metrics.leads(true)
                    defer { metrics.leads(false) }
                    await roster.run()
                }
            } catch is CancellationError {
                // Stopped while it stood by.
            }
        }
    }
}
