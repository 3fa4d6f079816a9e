import Telemetry
import Testing
import WebhookCertificates

@testable import Manager

@Suite struct ManagerMetricsTests {
    private let registry = MetricsRegistry()
    private let metrics: ManagerMetrics

    init() throws {
        metrics = try ManagerMetrics(registry)
    }

    private var lines: [Substring] {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
    }

    private let prefix = "tproxy_manager_webhook_certificate"

    @Test func theLeaderTellsWhenCertificatesExpire() {
        #expect(!lines.contains { $0.contains("_expiry_") })
        metrics.observe(.looked(at: .settled, leafExpiry: 1_800_000_000, authorityExpiry: nil))
        #expect(lines.contains("\(prefix)_expiry_timestamp_seconds{certificate=\"serving\"} 1800000000"))
        #expect(lines.filter { $0.contains("_expiry_") }.count == 1)
        #expect(lines.contains("\(prefix)_hands_off 0"))
        metrics.observe(.looked(at: .handsOff(.certManagerInjects), leafExpiry: nil, authorityExpiry: nil))
        #expect(lines.contains("\(prefix)_hands_off 1"))
        metrics.observe(.ended)
        #expect(!lines.contains { $0.contains("_expiry_") || $0.contains("_hands_off") })
    }

    @Test func writesRenewalsAndErrorsAreCounted() {
        for stage: CertificateStage in [
            .authorityMissing, .bundleUnpublished, .leafUnusable(.missing), .leafDue, .switchDue, .leafAhead,
            .rollOverDue,
        ] {
            metrics.observe(.wrote(stage))
        }
        metrics.observe(.failed)
        #expect(lines.contains("\(prefix)_writes_total 7"))
        #expect(lines.contains("\(prefix)_renewals_total{certificate=\"serving\"} 3"))
        #expect(lines.contains("\(prefix)_renewals_total{certificate=\"authority\"} 2"))
        #expect(lines.contains("\(prefix)_errors_total 1"))
    }

    @Test func leading() {
        #expect(lines.contains("tproxy_manager_leading 0"))
        metrics.leads(true)
        #expect(metrics.isLeading)
        #expect(lines.contains("tproxy_manager_leading 1"))
    }
}
