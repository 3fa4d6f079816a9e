import SMTP
import UpstreamPool

/// The bounds of everything that grows, and the time limits towards applications.
struct RelayLimits: Sendable {
    /// Application connections to one route at a time.
    var connectionsPerRoute = 10_000
    /// Application connections in all.
    var connections = 20_000
    /// How long an application may be silent.
    var applicationIdleTime = Duration.seconds(300)
    /// What an application may ask for.
    var server = ServerLimits()
    /// How long EHLO waits until it is known what the mail server offers.
    var capabilityWait = Duration.seconds(3)
    /// How long an application waits for its route's destination to be looked up.
    var lookUpTime = Duration.seconds(30)
    /// How long draining may take.
    var grace = Duration.seconds(25)
    var pool = PoolLimits()
    /// How long hosts and accounts are left alone after a failure.
    var openings = OpeningPauses()
}
