import Logging
import Synchronization

/// Limits the lines that the events of one route put into the log, for all loggers of a process. May be used from any
/// thread.
///
/// Of the lines with the same level and message that name a route in their metadata, else a service, 10 a minute are written of warnings
/// and errors, 600 of notices and 6000 at the info level. How many were left out is logged once the minute is over, with
/// the next line of the process. Lines that name neither are about the process itself and aren't limited.
public final class LogLimiter: Sendable {
    private let limit = Mutex(LogLineLimit())
    private let now: @Sendable () -> ContinuousClock.Instant

    /// - Parameter now: the time.
    public init(now: @escaping @Sendable () -> ContinuousClock.Instant = { .now }) {
        self.now = now
    }

    /// Whether an event of a route is to be logged, and what was left out of earlier ones.
    func admits(
        _ level: Logger.Level,
        _ message: String,
        route: Logger.MetadataValue?
    ) -> (isAdmitted: Bool, omissions: [LogLineLimit.Omission]) {
        let time = now()
        return limit.withLock { limit in
            let omissions = limit.omissions(until: time)
            guard let route else { return (true, omissions) }
            let kind = LogLineLimit.Kind(level: level, message: message, route: route.description)
            return (limit.admits(kind, at: time), omissions)
        }
    }
}
