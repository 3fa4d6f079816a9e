import Telemetry
import Testing

@Suite("Metrics used by many tasks at once")
struct MetricConcurrencyTests {
    private static let tasks = 16
    private static let rounds = 10_000

    @Test func losesNoObservation() async throws {
        let registry = MetricsRegistry()
        let counters = try registry.counter("c_total", help: "C.", labels: ["x"])
        let gauge = Gauge()
        let histogram = try Histogram(buckets: HistogramBuckets([1]))
        try await withThrowingTaskGroup { group in
            for task in 0..<Self.tasks {
                group.addTask {
                    // Nothing but this in a loop, so that the tasks do meet.
                    for round in 0..<Self.rounds { histogram.record(Double(round % 2) * 2) }
                    for round in 0..<Self.rounds {
                        try counters.metric("shared").increment()
                        gauge.increment(by: 3)
                        gauge.decrement(by: 2)
                        if round % 1000 == task { _ = registry.render() }
                    }
                }
            }
            try await group.waitForAll()
        }
        let total = Self.tasks * Self.rounds
        #expect(try counters.metric("shared").value == UInt64(total))
        #expect(gauge.value == Int64(total))
        guard case .distribution(let reading) = histogram.reading else {
            Issue.record("a histogram reads as a distribution")
            return
        }
        #expect(reading.counts == [UInt64(total / 2), UInt64(total / 2)])
        #expect(reading.sum == Double(total))
    }
}
