import ArgumentParser
import SMTP
import UpstreamPool

/// The options that set the bounds of what the relay grants to applications and asks of mail servers.
struct LimitOptions: ParsableArguments {
    private static let defaults = RelayLimits()

    @Option(help: "Application connections in all; more hear 421.")
    var connections = defaults.connections

    @Option(help: "Application connections to one route; more hear 421.")
    var connectionsPerRoute = defaults.connectionsPerRoute

    @Option(help: "Seconds that an application may be silent.")
    var idleTime = Int(defaults.applicationIdleTime.components.seconds)

    @Option(help: "Octets in a message; 0 leaves it to the mail server.")
    var messageLimit = defaults.server.messageLimit

    @Option(help: "Octets in a line of a message's text (RFC 5321 says 1000); 0 takes any.")
    var textLineLimit = defaults.server.textLineLimit

    @Option(help: "Recipients of a message.")
    var recipientLimit = defaults.server.recipientLimit

    @Flag(
        help:
            "Ask the mail server at MAIL, not with the first RCPT: costs a round trip, tells of refused senders sooner."
    )
    var forwardMailAtOnce = false

    @Option(help: "Sessions with the mail server that a route may hold at a time.")
    var poolSessions = defaults.pool.sessions

    @Option(help: "Messages that may wait for a session of a route.")
    var poolWaiters = defaults.pool.waiters

    @Option(help: "Seconds that a message may wait for a session.")
    var poolWait = Int(defaults.pool.wait.components.seconds)

    @Option(help: "Seconds after which an unused session is closed.")
    var poolIdleTime = Int(defaults.pool.idleTime.components.seconds)

    @Option(help: "Seconds that open transactions get to finish when the relay is stopped.")
    var gracePeriod = Int(defaults.grace.components.seconds)

    func validate() throws {
        let bounds: [(String, Int, ClosedRange<Int>)] = [
            ("connections", connections, 1...1_000_000),
            ("connections-per-route", connectionsPerRoute, 1...1_000_000),
            ("idle-time", idleTime, 1...86_400),
            ("message-limit", messageLimit, 0...(1 << 40)),
            ("text-line-limit", textLineLimit, 0...(1 << 30)),
            ("recipient-limit", recipientLimit, 100...100_000),
            ("pool-sessions", poolSessions, 1...1000),
            ("pool-waiters", poolWaiters, 1...1_000_000),
            ("pool-wait", poolWait, 1...3600),
            ("pool-idle-time", poolIdleTime, 1...3600),
            ("grace-period", gracePeriod, 0...86_400),
        ]
        for (name, value, bound) in bounds where !bound.contains(value) {
            throw ValidationError("--\(name) must be between \(bound.lowerBound) and \(bound.upperBound)")
        }
    }

    /// The limits that the options set.
    var limits: RelayLimits {
        var limits = RelayLimits()
        limits.connections = connections
        limits.connectionsPerRoute = connectionsPerRoute
        limits.applicationIdleTime = .seconds(idleTime)
        limits.server.messageLimit = messageLimit
        limits.server.textLineLimit = textLineLimit
        limits.server.recipientLimit = recipientLimit
        limits.server.answersMailLocally = !forwardMailAtOnce
        limits.pool.sessions = poolSessions
        limits.pool.waiters = poolWaiters
        limits.pool.wait = .seconds(poolWait)
        limits.pool.idleTime = .seconds(poolIdleTime)
        limits.grace = .seconds(gracePeriod)
        return limits
    }
}
