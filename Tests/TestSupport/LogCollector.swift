public import Logging
internal import Synchronization

/// Keeps every line that is logged, at trace level: level, message, and the metadata as `key=value` in the keys' order.
///
/// Whatever holds its logger holds it, so a weak reference to it tells whether anything of that is left.
public final class LogCollector: Sendable {
    private let kept = Mutex<[String]>([])

    public init() {}

    /// What has been logged so far.
    public var lines: [String] { kept.withLock { $0 } }

    /// Logs into this.
    public var logger: Logger {
        Logger(label: "test") { _ in Handler(collector: self) }
    }

    /// Whether any line holds a text.
    public func contains(_ text: String) -> Bool {
        lines.contains { $0.contains(text) }
    }

    private struct Handler: LogHandler {
        let collector: LogCollector
        var metadata: Logger.Metadata = [:]
        var logLevel = Logger.Level.trace

        init(collector: LogCollector) { self.collector = collector }

        subscript(metadataKey key: String) -> Logger.Metadata.Value? {
            get { metadata[key] }
            set { metadata[key] = newValue }
        }

        func log(event: LogEvent) {
            var parts = ["\(event.level)", "\(event.message)"]
            let all = metadata.merging(event.metadata ?? [:]) { _, new in new }
            parts += all.sorted { $0.key < $1.key }.map { "\($0.key)=\($0.value)" }
            if let error = event.error { parts.append("\(error)") }
            collector.kept.withLock { $0.append(parts.joined(separator: " ")) }
        }
    }
}
