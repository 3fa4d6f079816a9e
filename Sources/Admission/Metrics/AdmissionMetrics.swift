import DestinationRules
import Telemetry

/// What the admission server counts. May be used from any thread.
final class AdmissionMetrics: Sendable {
    let connections: Gauge
    let connectionsTotal: Counter
    let handshakesFailed: Counter
    private let passed: Counter
    private let admitted: Counter
    private let refused: Counter
    private let seconds: Histogram
    private let findings: MetricFamily<Counter>
    private let errors: MetricFamily<Counter>
    private let limits: [ServingLimits.Name: Counter]
    private let reloads: MetricFamily<Counter>
    let watchInterruptions: Counter

    /// What can be read again from a file.
    enum Reloaded: String, CaseIterable {
        case configuration, certificate
    }

    init(_ registry: MetricsRegistry) throws {
        connections = try registry.gauge("tproxy_admission_connections", help: "Connections that are open.").metric()
        connectionsTotal = try registry.counter(
            "tproxy_admission_connections_total",
            help: "Connections accepted."
        ).metric()
        handshakesFailed = try registry.counter(
            "tproxy_admission_handshakes_failed_total",
            help: "TLS handshakes that failed."
        ).metric()
        let reviews = try registry.counter(
            "tproxy_admission_reviews_total",
            help: "AdmissionReviews answered, by outcome; passed are those that the rules don't concern.",
            labels: ["outcome"]
        )
        passed = try reviews.metric("passed")
        admitted = try reviews.metric("admitted")
        refused = try reviews.metric("refused")
        seconds = try registry.histogram(
            "tproxy_admission_review_seconds",
            help: "How long it took to read a request, judge it and write the answer."
        ).metric()
        findings = try registry.counter(
            "tproxy_admission_findings_total",
            help: "Findings told, by the rule's code and their severity.",
            labels: ["code", "severity"]
        )
        errors = try registry.counter(
            "tproxy_admission_http_errors_total",
            help: "Requests answered with an HTTP error, by status.",
            labels: ["status"]
        )
        let limits = try registry.counter(
            "tproxy_admission_limits_reached_total",
            help: "How often a limit was reached, by limit.",
            labels: ["limit"]
        )
        self.limits = try Dictionary(
            uniqueKeysWithValues: ServingLimits.Name.allCases.map { ($0, try limits.metric($0.rawValue)) }
        )
        reloads = try registry.counter(
            "tproxy_admission_reloads_total",
            help: "Changed files read again, by what they hold and the result.",
            labels: ["what", "result"]
        )
        for what in Reloaded.allCases {
            for result in ["done", "failed"] { _ = try reloads.metric(what.rawValue, result) }
        }
        watchInterruptions = try registry.counter(
            "tproxy_admission_watch_interruptions_total",
            help: "How often the watch of the cluster's Destinations was interrupted."
        ).metric()
    }

    /// An AdmissionReview was answered.
    func reviewed(_ verdict: Verdict, in duration: Duration) {
        seconds.record(duration)
        switch verdict {
        case .passed: passed.increment()
        case .admitted: admitted.increment()
        case .refused: refused.increment()
        }
        for (labels, count) in Dictionary(grouping: verdict.findings, by: { [$0.code.rawValue, $0.severity.rawValue] })
        {
            // Codes and severities are few, and known.
            (try? findings.metric(labels[0], labels[1]))?.increment(by: UInt64(count.count))
        }
    }

    func reached(_ limit: ServingLimits.Name) {
        limits[limit]?.increment()
    }

    /// A request was answered with a status of our own choice.
    func failed(status: Int) {
        (try? errors.metric("\(status)"))?.increment()
    }

    func reloaded(_ what: Reloaded, succeeded: Bool) {
        (try? reloads.metric(what.rawValue, succeeded ? "done" : "failed"))?.increment()
    }
}
