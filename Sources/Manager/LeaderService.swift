import Configuration
import Kubernetes
import Logging
import ServerSupport
import ServiceLifecycle

/// Stands for election, and does the duties while it leads. Told to stop, it gives the Lease up at once.
struct LeaderService: Service, CustomStringConvertible {
    let election: LeaderElection
    let configuration: LiveConfiguration
    /// The duties under a configuration.
    let roster: @Sendable (ServerConfiguration) -> DutyRoster
    let metrics: ManagerMetrics

    /// What the service group calls it in its log.
    var description: String { "leader election and duties" }

    func run() async throws {
        try await cancelWhenGracefulShutdown {
            do {
                try await election.run { [self] in
                    metrics.leads(true)
                    defer { metrics.leads(false) }
                    await doDuties()
                }
            } catch is CancellationError {
                // Stopped while it stood by.
            }
        }
    }

    /// Does the duties until its task is cancelled. With another configuration they are begun anew: what they have done
    /// stands in the cluster, so nothing is lost by it.
    func doDuties() async {
        var work: Task<Void, Never>?
        for await configuration in configuration.values {
            work?.cancel()
            await work?.value
            let roster = roster(configuration)
            work = Task { await roster.run() }
        }
        work?.cancel()
        await work?.value
    }
}
