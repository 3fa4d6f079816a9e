import FoundationEssentials
public import Logging

/// A swift-log handler for servers: a line to standard error for each event, as JSON or text.
///
/// Messages are constant and what varies is metadata, so that lines can be searched for; the handler relies on that only
/// for looks. May be used from any thread.
public struct ServerLogHandler: LogHandler {
    public var metadata: Logger.Metadata = [:]
    public var metadataProvider: Logger.MetadataProvider?

    private let label: String
    private let format: LogFormat
    private let level: LogLevelSwitch
    private let output: LineOutput
    /// The level of this logger alone, if one was set.
    private var ownLevel: Logger.Level?

    /// - Parameters:
    ///   - label: What the logger is called.
    ///   - format: How its lines look.
    ///   - level: The level that all loggers of the process share, until a logger is given its own.
    ///   - output: Where the lines go.
    public init(label: String, format: LogFormat, level: LogLevelSwitch, output: LineOutput = .standardError) {
        self.label = label
        self.format = format
        self.level = level
        self.output = output
    }

    public subscript(metadataKey key: String) -> Logger.Metadata.Value? {
        get { metadata[key] }
        set { metadata[key] = newValue }
    }

    /// The logger's own level, or else the process's.
    public var logLevel: Logger.Level {
        get { ownLevel ?? level.level }
        set { ownLevel = newValue }
    }

    public func log(event: LogEvent) {
        var metadata = metadata
        if let provided = metadataProvider?.get() {
            metadata.merge(provided) { _, new in new }
        }
        if let error = event.error {
            metadata["error"] = "\(error)"
        }
        if let own = event.metadata {
            metadata.merge(own) { _, new in new }
        }
        let record = LogRecord(
            time: Date().formatted(Date.ISO8601FormatStyle(includingFractionalSeconds: true)),
            level: event.level,
            logger: label,
            message: event.message.description,
            metadata: metadata.sorted { $0.key < $1.key }
        )
        switch format {
        case .json: output.write(record.jsonLine)
        case .text: output.write(record.textLine)
        }
    }
}
