import DestinationController
import DestinationModel
import Kubernetes
import Telemetry
import Testing

@testable import Manager

@Suite struct ControllerMetricsTests {
    private let registry = MetricsRegistry()
    private let metrics: ControllerMetrics

    init() throws {
        metrics = try ControllerMetrics(registry)
    }

    private var lines: Set<String> {
        let text = String(decoding: registry.render(), as: UTF8.self)
        return Set(text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init))
    }

    @Test func workIsCounted() {
        metrics.board.tell(.reconciled(succeeded: true, duration: .milliseconds(3)))
        metrics.board.tell(.reconciled(succeeded: false, duration: .milliseconds(3)))
        for kind in WrittenKind.allCases { metrics.board.tell(.wrote(kind)) }
        #expect(
            lines.isSuperset(of: [
                #"tproxy_manager_reconciles_total{result="done"} 1"#,
                #"tproxy_manager_reconciles_total{result="failed"} 1"#, "tproxy_manager_reconcile_seconds_count 2",
                #"tproxy_manager_writes_total{kind="relay_service"} 1"#,
                #"tproxy_manager_writes_total{kind="alias"} 1"#,
                #"tproxy_manager_writes_total{kind="network_policy"} 1"#,
                #"tproxy_manager_writes_total{kind="status"} 1"#, #"tproxy_manager_writes_total{kind="event"} 1"#,
            ])
        )
    }

    @Test func theLeaderTellsOfDestinationsAndNobodyElse() {
        let before = lines
        let board = metrics.board
        board.begin()
        board.set(ObjectKey(namespace: "shop", name: "new"), nil)
        board.set(ObjectKey(namespace: "shop", name: "mail"), .sample)
        board.set(queueLength: 4, oldest: nil)
        board.set(ports: ControllerSnapshot.Ports(served: 3, quarantined: 2, free: 95))
        board.set(relays: RelayCounts(ready: 2, reporting: 1))
        board.set(.relayServices, WatchCondition(true, true, nil))
        board.set(.pods, WatchCondition(true, false, nil))
        board.resynced(at: MicroTime(microseconds: 1_800_000_000_500_000))
        let expected: Set = [
            #"tp_destination_crs{Available="True"} 0"#, #"tp_destination_crs{Available="False"} 1"#,
            #"tp_destination_crs{Available="Unknown"} 1"#, #"tproxy_manager_tenants{state="ready"} 1"#,
            #"tproxy_manager_tenants{state="pending"} 1"#, #"tproxy_manager_tenants{state="failed"} 1"#,
            #"tproxy_manager_ports{state="served"} 3"#, #"tproxy_manager_ports{state="quarantined"} 2"#,
            #"tproxy_manager_ports{state="free"} 95"#, "tproxy_manager_queue_length 4",
            "tproxy_manager_oldest_queued_seconds 0",
            #"tproxy_manager_watch_connected{resource="relay_services"} 1"#,
            #"tproxy_manager_watch_connected{resource="pods"} 0"#, #"tproxy_manager_relays{state="ready"} 2"#,
            #"tproxy_manager_relays{state="reporting"} 1"#,
            "tproxy_manager_last_resync_timestamp_seconds 1800000000.5",
            #"tproxy_manager_destination_available{namespace="shop",destination="mail"} 0"#,
            #"tproxy_manager_tenant_problem{namespace="shop",destination="mail",tenant="b",reason="RelayNotReady"} 1"#,
            #"tproxy_manager_tenant_problem{namespace="shop",destination="mail",tenant="c",reason="R"} 1"#,
        ]
        #expect(lines.subtracting(before) == expected)
        board.end()
        #expect(lines == before)
    }
}

extension DestinationSummary {
    /// Of three tenants, a is ready, b waits, and c has failed.
    static var sample: DestinationSummary {
        let subject = StatusSubject(
            namespace: "shop",
            name: "mail",
            generation: 1,
            port: 465,
            instance: "i",
            scope: nil,
            installNamespace: "tproxy-system",
            clusterDomain: "cluster.local"
        )
        let before = StatusReading(nil)
        let proofs: [(String, RouteProof)] = [
            ("a", .open), ("b", .noRelay), ("c", .failed(reason: "R", message: "m")),
        ]
        let tenants = proofs.map { name, proof in
            subject.tenant(name, serviceName: "mail-\(name)", relayPort: 20_000, proof: proof, before: before)
        }
        return StatusComposer.compose(subject, tenants: tenants, before: before, now: .now).summary
    }
}
