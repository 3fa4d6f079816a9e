import FoundationEssentials
import Glibc

/// The metrics that Prometheus's client libraries offer of their own process, read from `/proc`. Where that can't be
/// read, they are left out.
public final class ProcessMetrics: MetricSource {
    private let residentMemory: MetricFamily<Gauge>
    private let openFiles: MetricFamily<Gauge>
    private let maximumFiles: MetricFamily<Gauge>
    private let processorTime: MetricFamily<Counter>
    private let startTime: MetricFamily<Gauge>
    private let pageSize = Double(sysconf(Int32(_SC_PAGESIZE)))
    private let ticksPerSecond = Double(sysconf(Int32(_SC_CLK_TCK)))
    private let bootTime = ProcessMetrics.readBootTime()

    /// Registers the families. The registry keeps the source.
    ///
    /// - Throws: `MetricsError` if they are there already.
    @discardableResult
    public init(_ registry: MetricsRegistry) throws(MetricsError) {
        residentMemory = try registry.gauge("process_resident_memory_bytes", help: "Resident memory size in bytes.")
        openFiles = try registry.gauge("process_open_fds", help: "Number of open file descriptors.")
        maximumFiles = try registry.gauge("process_max_fds", help: "Maximum number of open file descriptors.")
        processorTime = try registry.counter(
            "process_cpu_seconds_total",
            help: "Total user and system CPU time spent in seconds."
        )
        startTime = try registry.gauge(
            "process_start_time_seconds",
            help: "Start time of the process since unix epoch in seconds."
        )
        registry.add(self)
    }

    public func collect(into collector: inout MetricsCollector) {
        if let status = Self.read("/proc/self/stat").flatMap(ProcessStatus.init(statLine:)) {
            collector.add(residentMemory, value: Double(status.residentPages) * pageSize)
            collector.add(processorTime, value: Double(status.processorTicks) / ticksPerSecond)
            if let bootTime {
                collector.add(startTime, value: bootTime + Double(status.startTicks) / ticksPerSecond)
            }
        }
        if let entries = try? FileManager.default.contentsOfDirectory(atPath: "/proc/self/fd") {
            // The listing itself holds one open.
            collector.add(openFiles, value: Double(entries.count - 1))
        }
        var limit = rlimit()
        if getrlimit(__rlimit_resource_t(RLIMIT_NOFILE.rawValue), &limit) == 0 {
            collector.add(maximumFiles, value: limit.rlim_cur == .max ? .infinity : Double(limit.rlim_cur))
        }
    }

    /// When the machine started, in seconds since 1970.
    private static func readBootTime() -> Double? {
        let line = read("/proc/stat")?.split(separator: "\n").first { $0.hasPrefix("btime ") }
        return line.flatMap { Double($0.dropFirst("btime ".count)) }
    }

    private static func read(_ path: String) -> String? {
        (try? Data(contentsOf: URL(filePath: path))).map { String(decoding: $0, as: UTF8.self) }
    }
}
