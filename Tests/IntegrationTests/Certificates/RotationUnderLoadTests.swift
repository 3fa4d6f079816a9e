import Kubernetes
import ObjectModel
import Synchronization
import Testing

/// That no application of a Destination ever fails for our reasons.
@Suite(.timeLimit(.minutes(6)))
struct RotationUnderLoadTests {
    /// Sends server-side applies from many tasks at once until told to stop.
    private final class Load: Sendable {
        private struct State {
            var sent = 0
            var failures: [String] = []
            var isOver = false
        }

        private let state = Mutex(State())
        private let client: KubernetesClient
        private let namespace: String

        init(_ client: KubernetesClient, _ namespace: String) {
            self.client = client
            self.namespace = namespace
        }

        var sent: Int { self.state.withLock { $0.sent } }
        var failures: [String] { self.state.withLock { $0.failures } }
        func end() { self.state.withLock { $0.isOver = true } }

        /// - Parameter count: at least so many, and until `end`.
        func run(workers: Int, count: Int) async {
            await withDiscardingTaskGroup { group in
                for worker in 0..<workers {
                    group.addTask { await self.work(worker, count) }
                }
            }
        }

        private func work(_ worker: Int, _ count: Int) async {
            while true {
                let number = self.state.withLock { state -> Int? in
                    guard !(state.isOver && state.sent >= count) else { return nil }
                    state.sent += 1
                    return state.sent
                }
                guard let number else { return }
                do {
                    // Half of them change what is there; a tenant list that is new each time has to be judged anew.
                    let text = #"""
                        {"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination",
                         "metadata":{"name":"load-\#(number / 2)","namespace":"\#(self.namespace)","annotations":
                          {"transparent-proxy.connectivity.api.sap/tenant-subdomains":"[\"t\#(number)\"]"}},
                         "spec":{"destinationRef":{"name":"example"}}}
                        """#
                    try await self.client.apply(.destinations, object(text), fieldManager: "load", force: true)
                } catch {
                    self.state.withLock { $0.failures.append("\(number): \(error)") }
                }
            }
        }
    }

    @Test("Through changes of certificate and authority, and a rolling restart, 1,000 applies succeed")
    func rotationAndRestart() async throws {
        let balancer = try await Balancer()
        let site = try await CertificateSite(server: "https://localhost:\(balancer.port)")
        try await site.controlPlane.installDefinition()
        let namespace = try await site.controlPlane.namespace(webhook: site.webhookConfiguration)
        var running: [AdmissionReplica] = []
        do {
            try await site.withManager(.short) { manager in
                _ = try await site.waitUntilItWorks()
                for delay in [Duration.zero, .seconds(1)] {
                    let replica = try await AdmissionReplica(site, delay: delay)
                    running.append(replica)
                    try await replica.waitUntilReady()
                }
                balancer.use(running.map(\.port))
                let load = Load(site.client, namespace)
                _ = try await eventually("the API server to ask the webhook") {
                    let bad = try object(
                        #"""
                        {"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":
                         {"name":"bad","namespace":"\#(namespace)","annotations":
                          {"transparent-proxy.connectivity.api.sap/tenant-subdomains":"no JSON"}},
                         "spec":{"destinationRef":{"name":"example"}}}
                        """#
                    )
                    return try await code {
                        try await site.client.create(.destinations, bad, dryRun: true)
                    } == .invalid ? true : nil
                }

                async let traffic: Void = load.run(workers: 16, count: 1000)
                let authorities = #"tproxy_manager_webhook_certificate_renewals_total{certificate="authority"}"#
                let before = try await manager.metric(authorities) ?? 0
                for _ in 0..<2 {
                    // A new one first, then the oldest goes.
                    let replica = try await AdmissionReplica(site, delay: .seconds(1))
                    running.append(replica)
                    try await replica.waitUntilReady()
                    balancer.use(running.map(\.port))
                    let oldest = running.removeFirst()
                    try await oldest.stop { balancer.use(running.map(\.port)) }
                    #expect(load.failures.isEmpty)
                }
                // Through at least one whole change of the authority: a new one made, and the old one dropped.
                _ = try await eventually("a change of the authority", within: .seconds(120)) {
                    let made = try await manager.metric(authorities) ?? 0
                    let published = try await site.state().published.count
                    return made >= before + 2 && published == 1 ? true : nil
                }
                load.end()
                await traffic
                #expect(load.sent >= 1000)
                #expect(load.failures.isEmpty, "\(load.failures.count) of \(load.sent): \(load.failures.prefix(5))")
                #expect(try await site.state().works)
            }
        } catch {
            for replica in running { try? await replica.stop() }
            await balancer.stop()
            await site.remove()
            throw error
        }
        for replica in running { try? await replica.stop() }
        await site.remove()
        await balancer.stop()
    }
}
