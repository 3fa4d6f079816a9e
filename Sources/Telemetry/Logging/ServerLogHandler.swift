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
    private let limiter: LogLimiter?
    /// The level of this logger alone, if one was set.
    private var ownLevel: Logger.Level?

    /// - Parameters:
    ///   - label: What the logger is called.
    ///   - format: How its lines look.
    ///   - level: The level that all loggers of the process share, until a logger is given its own.
    ///   - output: Where the lines go.
    ///   - limiter: Limits the lines of each route; shared by the loggers of the process.
    public init(
        label: String,
        format: LogFormat,
        level: LogLevelSwitch,
        output: LineOutput = .standardError,
        limiter: LogLimiter? = nil
    ) {
        self.label = label
        self.limiter = limiter
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
        let message = event.message.description
        if let limiter {
            let route = event.metadata?["route"] ?? metadata["route"] ?? event.metadata?["service"]
            let (isAdmitted, omissions) = limiter.admits(event.level, message, route: route)
            for omission in omissions { write(omission) }
            guard isAdmitted else { return }
        }
        write(event.level, message, entries(of: event))
    }

    private func write(_ omission: LogLineLimit.Omission) {
        let kind = omission.kind
        let metadata: [(key: String, value: Logger.MetadataValue)] = [
            ("count", .stringConvertible(omission.count)), ("event", .string(kind.message)),
            ("route", .string(kind.route)),
        ]
        write(kind.level, "log lines omitted", metadata)
    }

    private func write(
        _ level: Logger.Level,
        _ message: String,
        _ metadata: [(key: String, value: Logger.MetadataValue)]
    ) {
        let record = LogRecord(
            time: Date().formatted(Self.timeStyle),
            level: level,
            logger: label,
            message: message,
            metadata: metadata
        )
        switch format {
        case .json: output.write(record.jsonLine)
        case .text: output.write(record.textLine)
        }
    }

    private static let timeStyle = Date.ISO8601FormatStyle(includingFractionalSeconds: true)

    /// The metadata by key. Of several values the event's own counts most, and the logger's least.
    private func entries(of event: LogEvent) -> [(key: String, value: Logger.MetadataValue)] {
        var entries: [(key: String, value: Logger.MetadataValue)] = []
        let error: Logger.Metadata? = event.error.map { ["error": "\($0)"] }
        for layer in [event.metadata, error, metadataProvider?.get(), metadata] {
            guard let layer, !layer.isEmpty else { continue }
            // There are few, so that looking through them costs less than a merged dictionary.
            let known = entries
            entries += layer.lazy.filter { entry in !known.contains { $0.key == entry.key } }
        }
        entries.sort { $0.key < $1.key }
        return entries
    }
}
