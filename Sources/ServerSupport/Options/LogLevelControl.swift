public import Configuration
public import Logging
public import Telemetry

/// Who decides the log level: the command line where it says one, else the configuration.
public struct LogLevelControl: Sendable {
    /// What the log handlers look at.
    public let level: LogLevelSwitch
    private let isFixed: Bool

    /// - Parameter option: What the command line says.
    public init(option: Logger.Level?) {
        level = LogLevelSwitch(option ?? .info)
        isFixed = option != nil
    }

    /// Takes what the configuration says, unless the command line has said something.
    public func apply(_ configured: LogLevel) {
        guard !isFixed else { return }
        level.level = Logger.Level(configured)
    }
}

extension Logger.Level {
    fileprivate init(_ level: LogLevel) {
        self =
            switch level {
            case .trace: .trace
            case .debug: .debug
            case .info: .info
            case .notice: .notice
            case .warning: .warning
            case .error: .error
            case .critical: .critical
            }
    }
}
