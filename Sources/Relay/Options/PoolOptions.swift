import ArgumentParser
import CommandLineSupport
import UpstreamPool

/// The options that set the bounds of what a route asks of its mail server. In a cluster, the configuration says them.
struct PoolOptions: ParsableArguments {
    private static let defaults = PoolLimits()

    @Option(help: "Sessions with the mail server that a route may hold at a time.")
    var poolSessions = defaults.sessions

    @Option(help: "Messages that may wait for a session of a route.")
    var poolWaiters = defaults.waiters

    @Option(help: "Seconds that a message may wait for a session.")
    var poolWait = Int(defaults.wait.components.seconds)

    @Option(help: "Seconds that a client may hold a session without using it while others wait for one.")
    var poolStallTime = Int(defaults.stallTime.components.seconds)

    @Option(help: "Seconds after which an unused session is closed.")
    var poolIdleTime = Int(defaults.idleTime.components.seconds)

    func validate() throws {
        try OptionBound.check([
            ("pool-sessions", poolSessions, 1...1000),
            ("pool-waiters", poolWaiters, 1...1_000_000),
            ("pool-wait", poolWait, 1...3600),
            ("pool-stall-time", poolStallTime, 1...3600),
            ("pool-idle-time", poolIdleTime, 1...3600),
        ])
    }

    /// The limits that the options set.
    var limits: PoolLimits {
        var limits = PoolLimits()
        limits.sessions = poolSessions
        limits.waiters = poolWaiters
        limits.wait = .seconds(poolWait)
        limits.stallTime = .seconds(poolStallTime)
        limits.idleTime = .seconds(poolIdleTime)
        return limits
    }
}
