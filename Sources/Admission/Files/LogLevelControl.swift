import Configuration
import Logging
import Telemetry

/// Who decides the log level: the command line where it says one, else the configuration.
struct LogLevelControl: Sendable {
    let level: LogLevelSwitch
    private let isFixed: Bool

    init(option: Logger.Level?) {
        level = LogLevelSwitch(option ?? .info)
        isFixed = option != nil
    }

    func apply(_ configured: LogLevel) {
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
