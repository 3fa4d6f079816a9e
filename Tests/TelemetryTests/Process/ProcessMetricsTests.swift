import FoundationEssentials
import Telemetry
import Testing

@Suite("Process metrics")
struct ProcessMetricsTests {
    @Test func describesThisProcess() throws {
        let registry = MetricsRegistry()
        try ProcessMetrics(registry)
        let values = Dictionary(
            uniqueKeysWithValues: registry.samples.map { line in
                let parts = line.split(separator: " ")
                return (String(parts[0]), Double(parts[1]))
            }
        )
        #expect(values.count == 5)
        let memory = try #require(values["process_resident_memory_bytes"] ?? nil)
        #expect((1_000_000...100_000_000_000).contains(memory))
        let files = try #require(values["process_open_fds"] ?? nil)
        #expect(files >= 3)
        #expect(try #require(values["process_max_fds"] ?? nil) > files)
        #expect(try #require(values["process_cpu_seconds_total"] ?? nil) >= 0)
        let age = Date().timeIntervalSince1970 - (try #require(values["process_start_time_seconds"] ?? nil))
        #expect((-2...86400).contains(age))
    }

    @Test func registersOnce() throws {
        let registry = MetricsRegistry()
        try ProcessMetrics(registry)
        #expect(throws: MetricsError.self) { try ProcessMetrics(registry) }
    }
}
