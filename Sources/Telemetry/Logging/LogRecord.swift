import Logging

/// One log line before it is put into a format.
struct LogRecord {
    /// In RFC 3339's form, UTC, with milliseconds.
    let time: String
    let level: Logger.Level
    let logger: String
    let message: String
    /// Ordered by key.
    let metadata: [(key: String, value: Logger.MetadataValue)]
}
