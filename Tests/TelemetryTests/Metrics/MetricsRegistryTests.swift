import Telemetry
import Testing

@Suite("Metrics registry")
struct MetricsRegistryTests {
    @Test func writesFamiliesByNameAndEachHeaderOnce() throws {
        let registry = MetricsRegistry()
        let failures = try registry.counter("mail_failures_total", help: "Failures.", labels: ["stage", "code"])
        let connections = try registry.gauge("mail_connections", help: "Open connections.")
        try failures.metric("rcpt", "550").increment(by: 2)
        try failures.metric("data", "554").increment()
        try connections.metric().set(-3)
        #expect(
            registry.text == """
                # HELP mail_connections Open connections.
                # TYPE mail_connections gauge
                mail_connections -3
                # HELP mail_failures_total Failures.
                # TYPE mail_failures_total counter
                mail_failures_total{stage="data",code="554"} 1
                mail_failures_total{stage="rcpt",code="550"} 2

                """
        )
    }

    @Test func writesHistogramsCumulatively() throws {
        let registry = MetricsRegistry()
        let waits = try registry.histogram(
            "pool_wait_seconds",
            help: "Waits.",
            labels: ["route"],
            buckets: HistogramBuckets([0.1, 1, 2.5])
        )
        let histogram = try waits.metric("a")
        for value in [0.1, 0.5, 1, 7] { histogram.record(value) }
        histogram.record(.milliseconds(1400))
        #expect(
            registry.text == """
                # HELP pool_wait_seconds Waits.
                # TYPE pool_wait_seconds histogram
                pool_wait_seconds_bucket{route="a",le="0.1"} 1
                pool_wait_seconds_bucket{route="a",le="1"} 3
                pool_wait_seconds_bucket{route="a",le="2.5"} 4
                pool_wait_seconds_bucket{route="a",le="+Inf"} 5
                pool_wait_seconds_sum{route="a"} 10
                pool_wait_seconds_count{route="a"} 5

                """
        )
    }

    @Test func returnsTheSameMetricForTheSameLabels() throws {
        let family = try MetricsRegistry().counter("a_total", help: "A.", labels: ["x"])
        let first = try family.metric("1")
        #expect(try family.metric("1") === first)
        #expect(try family.metric("2") !== first)
    }

    @Test func forgetsRemovedMetrics() throws {
        let registry = MetricsRegistry()
        let family = try registry.counter("a_total", help: "A.", labels: ["x"])
        _ = try family.metric("1")
        _ = try family.metric("2")
        try family.remove("1")
        try family.remove("3")
        #expect(registry.samples == [#"a_total{x="2"} 0"#])
    }

    @Test func omitsFamiliesWithoutSeries() throws {
        let registry = MetricsRegistry()
        _ = try registry.counter("a_total", help: "A.")
        #expect(registry.text.isEmpty)
    }

    @Test func computesGaugesWhenRendering() throws {
        let registry = MetricsRegistry()
        let age = Gauge()
        try registry.gauge("age_seconds", help: "Age.") { age.value < 0 ? nil : Double(age.value) / 2 }
        age.set(3)
        #expect(registry.samples == ["age_seconds 1.5"])
        age.set(-1)
        #expect(registry.samples.isEmpty)
    }

    @Test(
        arguments: [
            ("", .invalidName), ("1a_total", .invalidName), ("a-b_total", .invalidName), ("a b_total", .invalidName),
            ("ä_total", .invalidName), ("a\n_total", .invalidName), ("requests", .invalidName),
            ("taken_total", .duplicateName),
        ] as [(String, MetricsError.Code)]
    )
    func refusesCounterNames(name: String, code: MetricsError.Code) throws {
        let registry = MetricsRegistry()
        _ = try registry.counter("taken_total", help: "Taken.")
        let error = #expect(throws: MetricsError.self) { _ = try registry.counter(name, help: "A.") }
        #expect(error?.code == code)
    }

    @Test(arguments: ["a_total", "a_count", "a_sum", "a_bucket"])
    func refusesGaugeNamesWithEndingsOfOtherTypes(name: String) {
        let error = #expect(throws: MetricsError.self) { _ = try MetricsRegistry().gauge(name, help: "A.") }
        #expect(error?.code == .invalidName)
    }

    @Test(arguments: [["le"], ["quantile"], ["__name__"], [""], ["0"], ["a:b"], ["a-b"], ["a", "a"]])
    func refusesLabelNames(names: [String]) {
        let error = #expect(throws: MetricsError.self) {
            _ = try MetricsRegistry().gauge("a", help: "A.", labels: names)
        }
        #expect(error?.code == .invalidLabelName)
    }

    @Test func refusesTheWrongNumberOfLabels() throws {
        let family = try MetricsRegistry().gauge("a", help: "A.", labels: ["x"])
        let error = #expect(throws: MetricsError.self) { _ = try family.metric() }
        #expect(error?.code == .labelCountMismatch)
        #expect(throws: MetricsError.self) { _ = try family.metric("1", "2") }
    }

    @Test(arguments: [[2, 1], [1, 1], [.infinity], [.nan]] as [[Double]])
    func refusesBuckets(bounds: [Double]) {
        let error = #expect(throws: MetricsError.self) { _ = try HistogramBuckets(bounds) }
        #expect(error?.code == .invalidBuckets)
    }
}
