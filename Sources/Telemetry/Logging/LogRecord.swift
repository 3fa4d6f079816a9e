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

    /// Characters that a terminal obeys rather than shows: controls, line separators, changes of writing direction.
    static func isHidden(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar.properties.generalCategory {
        case .control, .format, .lineSeparator, .paragraphSeparator: true
        default: false
        }
    }
}
