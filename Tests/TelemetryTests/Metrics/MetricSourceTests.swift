import Telemetry
import Testing

@Suite("Metric sources")
struct MetricSourceTests {
    private final class Route: MetricSource {
        let families: Families
        let labels: MetricLabels
        let messages = Counter()
        let failures = Counter()

        init(_ families: Families, _ name: String) throws {
            self.families = families
            self.labels = try MetricLabels(["namespace": "shop", "destination": name])
        }

        func collect(into collector: inout MetricsCollector) {
            collector.add(families.messages, labels, metric: messages)
            collector.add(families.failures, labels, "data", metric: failures)
            collector.add(families.age, labels, value: 0.5)
        }
    }

    private struct Families {
        let messages: MetricFamily<Counter>
        let failures: MetricFamily<Counter>
        let age: MetricFamily<Gauge>

        init(_ registry: MetricsRegistry) throws {
            messages = try registry.counter("messages_total", help: "M.", labels: ["namespace", "destination"])
            failures = try registry.counter(
                "failures_total",
                help: "F.",
                labels: ["namespace", "destination", "stage"]
            )
            age = try registry.gauge("age_seconds", help: "A.", labels: ["namespace", "destination"])
        }
    }

    @Test func keepsTheLinesOfAFamilyTogetherInTheOrderOfTheSources() throws {
        let registry = MetricsRegistry()
        let families = try Families(registry)
        for name in ["b", "a"] {
            let route = try Route(families, name)
            route.messages.increment()
            registry.add(route)
            registry.add(route)
        }
        #expect(
            registry.samples == [
                #"age_seconds{namespace="shop",destination="b"} 0.5"#,
                #"age_seconds{namespace="shop",destination="a"} 0.5"#,
                #"failures_total{namespace="shop",destination="b",stage="data"} 0"#,
                #"failures_total{namespace="shop",destination="a",stage="data"} 0"#,
                #"messages_total{namespace="shop",destination="b"} 1"#,
                #"messages_total{namespace="shop",destination="a"} 1"#,
            ]
        )
    }

    @Test func forgetsRemovedSources() throws {
        let registry = MetricsRegistry()
        let families = try Families(registry)
        let route = try Route(families, "a")
        registry.add(route)
        registry.remove(route)
        registry.remove(route)
        #expect(registry.samples.isEmpty)
    }

    @Test func refusesBadLabelNames() {
        let error = #expect(throws: MetricsError.self) { _ = try MetricLabels(["a": "1", "a": "2"]) }
        #expect(error?.code == .invalidLabelName)
    }
}
