public import ArgumentParser
public import Logging
internal import Telemetry

/// The options about the log, the same for all servers.
public struct LogOptions: ParsableArguments, Sendable {
    @Option(help: "text or json.")
    var logFormat = LogFormat.text

    @Option(help: "trace, debug, info, notice, warning, error or critical. Default: what is configured, else info.")
    var logLevel: Logger.Level?

    public init() {}

    /// Has all of the process log as the options say. Call it once, before anything is logged.
    ///
    /// - Parameter label: The server's name.
    /// - Returns: The server's logger, and what later sets the level as the configuration says.
    public func start(_ label: String) -> (Logger, LogLevelControl) {
        let control = LogLevelControl(option: logLevel)
        let format = logFormat
        let level = control.level
        let limiter = LogLimiter()
        LoggingSystem.bootstrap { ServerLogHandler(label: $0, format: format, level: level, limiter: limiter) }
        return (Logger(label: label), control)
    }
}
