import NameResolution
import Telemetry
import TestSupport
import Testing

@testable import Relay

@Suite struct NameLookupMetricsTests {
    @Test("look-ups are counted by result, and those under way are shown")
    func counts() async throws {
        let gate = BlockingGate()
        let registry = MetricsRegistry()
        let resolver = try NameLookupMetrics.resolver(registry) { name in
            if name == "silent.example" { gate.wait() }
            return name == "found.example" ? .success([]) : .failure(.notFound)
        }
        func lines() -> [Substring] {
            String(decoding: registry.render(), as: UTF8.self).split(separator: "\n").filter { !$0.hasPrefix("#") }
        }
        for name in ["found.example", "missing.example"] {
            await withCheckedContinuation { continuation in
                resolver.resolve(name, for: "shop") { _ in continuation.resume() }
            }
        }
        resolver.resolve("silent.example", for: "shop") { _ in }
        resolver.resolve("waiting.example", for: "shop") { _ in }
        #expect(
            lines() == [
                "tproxy_name_lookup_threads_busy 1",
                "tproxy_name_lookups_total{result=\"found\"} 1",
                "tproxy_name_lookups_total{result=\"no_answer\"} 0",
                "tproxy_name_lookups_total{result=\"not_found\"} 1",
                "tproxy_name_lookups_total{result=\"overloaded\"} 0",
                "tproxy_name_lookups_total{result=\"timed_out\"} 0",
                "tproxy_name_lookups_waiting 2",
            ]
        )
        gate.open()
        try await eventually("the look-ups end") { resolver.busyThreads == 0 && resolver.waitingCount == 0 }
    }
}
