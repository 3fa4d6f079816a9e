import Telemetry
import Testing

@Suite("Prometheus's own check", .enabled(if: Tool.find("promtool") != nil, "promtool is not on PATH"))
struct PromtoolTests {
    @Test func findsNothingWrong() async throws {
        let registry = MetricsRegistry()
        try ProcessMetrics(registry)
        let failures = try registry.counter("mail_failures_total", help: "Back\\slash\nand line.", labels: ["text"])
        for text in ["", "a\"b", "a\\b", "a\nb", "größe 📮", "\r\n\t\u{0}", #"x"} 1"#] {
            try failures.metric(text).increment()
        }
        let waits = try registry.histogram("pool_wait_seconds", help: "Waits.", labels: ["route"])
        try waits.metric("a").record(0.3)
        try waits.metric("b").record(1e9)
        try registry.gauge("age_seconds", help: "Age.") { .infinity }
        let promtool = try #require(Tool.find("promtool"))
        let (code, output) = try await Tool.run(promtool, ["check", "metrics"], input: registry.render())
        #expect(code == 0 && output.isEmpty, "\(output)")
    }
}
