import Synchronization
import Telemetry
import WebhookCertificates

/// What is counted of the manager's work. May be used from any thread.
final class ManagerMetrics: Sendable {
    /// What is known of the certificate, and only by the leader.
    private struct Certificate {
        var isHandsOff: Bool
        var leafExpiry: Int64?
        var authorityExpiry: Int64?
    }

    private let leading: Gauge
    private let reloads: (done: Counter, failed: Counter)
    private let certificate = Mutex<Certificate?>(nil)
    private let renewals: (leaf: Counter, authority: Counter)
    private let writes: Counter
    private let failures: Counter
    private let expiry: MetricFamily<Gauge>
    private let handsOff: MetricFamily<Gauge>

    init(_ registry: MetricsRegistry) throws {
        leading = try registry.gauge("tproxy_manager_leading", help: "1 while this process is the leader.").metric()
        let reloads = try registry.counter(
            "tproxy_manager_reloads_total",
            help: "Readings of the changed configuration file.",
            labels: ["result"]
        )
        self.reloads = (try reloads.metric("done"), try reloads.metric("failed"))
        let renewals = try registry.counter(
            "tproxy_manager_webhook_certificate_renewals_total",
            help: "New serving certificates and authorities made for the webhook.",
            labels: ["certificate"]
        )
        self.renewals = (try renewals.metric("serving"), try renewals.metric("authority"))
        writes = try registry.counter(
            "tproxy_manager_webhook_certificate_writes_total",
            help: "Writes to the objects around the webhook's certificate, renewals and repairs alike."
        ).metric()
        failures = try registry.counter(
            "tproxy_manager_webhook_certificate_errors_total",
            help: "Failed attempts to look after the webhook's certificate; each is repeated."
        ).metric()
        expiry = try registry.gauge(
            "tproxy_manager_webhook_certificate_expiry_timestamp_seconds",
            help: "When the webhook's certificates expire, in seconds since 1970; only the leader says it.",
            labels: ["certificate"]
        )
        handsOff = try registry.gauge(
            "tproxy_manager_webhook_certificate_hands_off",
            help: "1 while the webhook's certificate is left to cert-manager or others; only the leader says it."
        )
        registry.add(self)
    }

    func leads(_ leads: Bool) {
        leading.set(leads ? 1 : 0)
    }

    func reloaded(succeeded: Bool) {
        (succeeded ? reloads.done : reloads.failed).increment()
    }

    var isLeading: Bool { leading.value == 1 }

    func observe(_ event: CertificateEvent) {
        switch event {
        case .looked(let stage, let leafExpiry, let authorityExpiry):
            var isHandsOff = false
            if case .handsOff = stage { isHandsOff = true }
            let seen = Certificate(isHandsOff: isHandsOff, leafExpiry: leafExpiry, authorityExpiry: authorityExpiry)
            certificate.withLock { $0 = seen }
        case .wrote(let stage):
            writes.increment()
            switch stage {
            case .leafUnusable, .leafDue, .switchDue: renewals.leaf.increment()
            case .authorityMissing, .authorityOrphaned, .rollOverDue: renewals.authority.increment()
            case .handsOff, .leafAhead, .authorityUntidy, .bundleUnpublished, .servingUntidy, .retirementDue,
                .announcing, .retiring, .settled:
                break
            }
        case .failed:
            failures.increment()
        case .ended:
            certificate.withLock { $0 = nil }
        }
    }
}

extension ManagerMetrics: MetricSource {
    func collect(into collector: inout MetricsCollector) {
        guard let seen = certificate.withLock({ $0 }) else { return }
        collector.add(handsOff, value: seen.isHandsOff ? 1 : 0)
        if let time = seen.leafExpiry { collector.add(expiry, .none, "serving", value: Double(time)) }
        if let time = seen.authorityExpiry { collector.add(expiry, .none, "authority", value: Double(time)) }
    }
}
