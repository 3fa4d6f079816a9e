import TLS
import Telemetry

/// The families of the relay's metrics, registered once. The series belong to the routes, which come and go.
final class RelayMetrics: Sendable {
    static let routeLabels = ["namespace", "destination", "tenant"]

    let registry: MetricsRegistry
    let connectionsOpen: MetricFamily<Gauge>
    let connectionsTotal: MetricFamily<Counter>
    let connectionsRefused: MetricFamily<Counter>
    let foreignProtocols: MetricFamily<Counter>
    let messages: MetricFamily<Counter>
    let bytesIn: MetricFamily<Counter>
    let bytesOut: MetricFamily<Counter>
    let sessions: MetricFamily<Gauge>
    let sessionsCreated: MetricFamily<Counter>
    let sessionsReused: MetricFamily<Counter>
    let sessionsRetired: MetricFamily<Counter>
    let sessionFailures: MetricFamily<Counter>
    let sessionCap: MetricFamily<Gauge>
    let circuitOpen: MetricFamily<Gauge>
    let denials: MetricFamily<Counter>
    let waiting: MetricFamily<Gauge>
    let poolWait: MetricFamily<Histogram>
    let timeToAccept: MetricFamily<Histogram>
    let lookUps: MetricFamily<Counter>
    let destinationAge: MetricFamily<Gauge>
    let destinationFailed: MetricFamily<Gauge>
    let tokens: TokenMetrics
    let limits: LimitMetrics

    init(_ registry: MetricsRegistry, limits: RelayLimits) throws {
        self.registry = registry
        let route = Self.routeLabels
        // The first two are named as users of SAP's product know them.
        connectionsOpen = try registry.gauge(
            "tp_open_tcp_connections",
            help: "Application connections that are open.",
            labels: route
        )
        connectionsTotal = try registry.counter(
            "tp_tcp_connections_total",
            help: "Application connections accepted.",
            labels: route
        )
        connectionsRefused = try registry.counter(
            "tproxy_connections_refused_total",
            help: "Application connections answered with 421 since a limit was reached.",
            labels: route
        )
        foreignProtocols = try registry.counter(
            "tproxy_foreign_protocol_connections_total",
            help: "Application connections closed because the client spoke another protocol than SMTP, by protocol.",
            labels: route + ["protocol"]
        )
        messages = try registry.counter(
            "tproxy_messages_total",
            help: "Transactions by their outcome, and by the stage at which they ended.",
            labels: route + ["outcome", "stage"]
        )
        bytesIn = try registry.counter(
            "tproxy_application_received_bytes_total",
            help: "Octets received from applications.",
            labels: route
        )
        bytesOut = try registry.counter(
            "tproxy_upstream_sent_bytes_total",
            help: "Octets of messages sent to the mail server, before TLS.",
            labels: route
        )
        sessions = try registry.gauge(
            "tproxy_upstream_sessions",
            help: "Sessions with the mail server by state; open counts all of them, those that are closing too.",
            labels: route + ["state"]
        )
        sessionsCreated = try registry.counter(
            "tproxy_upstream_sessions_created_total",
            help: "Sessions logged in.",
            labels: route
        )
        sessionsReused = try registry.counter(
            "tproxy_upstream_sessions_reused_total",
            help: "Transactions that found a session logged in for an earlier one.",
            labels: route
        )
        sessionsRetired = try registry.counter(
            "tproxy_upstream_sessions_retired_total",
            help: "Sessions that ended, by reason.",
            labels: route + ["reason"]
        )
        sessionFailures = try registry.counter(
            "tproxy_upstream_session_failures_total",
            help: "Attempts to open a session that failed, by reason.",
            labels: route + ["reason"]
        )
        sessionCap = try registry.gauge(
            "tproxy_upstream_session_cap",
            help: "Sessions that may be open now: the configured number, or what the mail server taught us.",
            labels: route
        )
        circuitOpen = try registry.gauge(
            "tproxy_upstream_circuit_open",
            help: "1 while no session is opened since the login was refused.",
            labels: route
        )
        denials = try registry.counter(
            "tproxy_upstream_denied_total",
            help: "Transactions that got no session, by reason.",
            labels: route + ["reason"]
        )
        waiting = try registry.gauge(
            "tproxy_upstream_waiting",
            help: "Transactions that wait for a session.",
            labels: route
        )
        poolWait = try registry.histogram(
            "tproxy_upstream_wait_seconds",
            help: "How long transactions waited for a session.",
            labels: route
        )
        timeToAccept = try registry.histogram(
            "tproxy_message_seconds",
            help: "From the first RCPT to the mail server's 250 for the message.",
            labels: route
        )
        lookUps = try registry.counter(
            "tproxy_destination_lookups_total",
            help: "Look-ups of the route's destination, by result.",
            labels: route + ["result"]
        )
        destinationAge = try registry.gauge(
            "tproxy_destination_age_seconds",
            help: "How long ago the destination that is in use was fetched or read.",
            labels: route
        )
        destinationFailed = try registry.gauge(
            "tproxy_route_destination_failed",
            help: "1 while the route has no destination to use, with the reason as the status has it.",
            labels: route + ["reason"]
        )
        tokens = try TokenMetrics(registry)
        self.limits = try LimitMetrics(registry)
        let connectionLimits = try registry.gauge(
            "tproxy_connection_limit",
            help: "Application connections that may be open at a time, in all and on one route.",
            labels: ["scope"]
        )
        try registry.gauge("tproxy_tls_info", help: "TLS with mail servers, as a constant 1.", labels: ["policy"])
            .metric(TLSPolicy.summary).set(1)
        try connectionLimits.metric("relay").set(Int64(limits.connections))
        try connectionLimits.metric("route").set(Int64(limits.connectionsPerRoute))
    }
}
