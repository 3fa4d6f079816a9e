import ArgumentParser
import CommandLineSupport
import SMTP

/// The options that set the bounds of what the relay grants to applications.
struct LimitOptions: ParsableArguments {
    private static let defaults = RelayLimits()

    @Option(help: "Application connections in all; a route or client address may hold three times as many as are free.")
    var connections = defaults.connections

    @Option(help: "Application connections to one route; more hear 421.")
    var connectionsPerRoute = defaults.connectionsPerRoute

    @Option(help: "Seconds that an application may be silent.")
    var idleTime = Int(defaults.applicationIdleTime.components.seconds)

    @Option(help: "Octets in a message; 0 leaves it to the mail server.")
    var messageLimit = defaults.server.messageLimit

    @Option(help: "Bytes in a line of a message's text; 0 leaves it to the mail server.")
    var textLineLimit = defaults.server.textLineLimit

    @Option(help: "Recipients of a message.")
    var recipientLimit = defaults.server.recipientLimit

    @Flag(
        help:
            "Ask the mail server at MAIL, not with the first RCPT: costs a round trip, tells of refused senders sooner."
    )
    var forwardMailAtOnce = false

    @Option(help: "Seconds that open transactions get to finish when the relay is stopped.")
    var gracePeriod = Int(defaults.grace.components.seconds)

    func validate() throws {
        try OptionBound.check([
            ("connections", connections, 1...1_000_000),
            ("connections-per-route", connectionsPerRoute, 1...1_000_000),
            ("idle-time", idleTime, 1...86_400),
            ("message-limit", messageLimit, 0...(1 << 40)),
            ("text-line-limit", textLineLimit, 0...(1 << 30)),
            ("recipient-limit", recipientLimit, 100...100_000),
            ("grace-period", gracePeriod, 0...86_400),
        ])
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
        limits.grace = .seconds(gracePeriod)
        return limits
    }
}
