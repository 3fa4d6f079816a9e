import DestinationModel
import DestinationSources
import SMTP
import TLS

/// A destination made ready for connecting: whatever had to be read from files is read.
struct UpstreamTarget: Sendable {
    let key: UpstreamKey
    let tls: TLSClientContext
    /// When the source fetched or read the destination.
    let fetchedAt: ContinuousClock.Instant
    /// Whose the destination is.
    let origin: DestinationOrigin

    var destination: MailDestination { key.destination }

    /// What a session introduces itself with.
    /// - Parameter name: the relay's own name, where the destination sets none.
    func clientConfiguration(name: String, credentials: SASLCredentials) -> ClientMachine.Configuration {
        ClientMachine.Configuration(
            name: destination.ehloName ?? name,
            host: destination.host,
            port: destination.port,
            credentials: credentials,
            allowedMechanisms: destination.mechanisms
        )
    }

    /// How long the session waits for replies; `mail.smtps.timeout` bounds each of them.
    var timeLimits: ClientTimeLimits {
        var limits = ClientTimeLimits()
        guard let bound = destination.ioTimeout else { return limits }
        limits.greeting = min(limits.greeting, bound)
        limits.command = min(limits.command, bound)
        // EHLO, AUTH and two responses.
        limits.login = min(limits.login, bound * 4)
        limits.mail = min(limits.mail, bound)
        limits.recipient = min(limits.recipient, bound)
        limits.dataInitiation = min(limits.dataInitiation, bound)
        limits.dataBlock = min(limits.dataBlock, bound)
        limits.dataTermination = min(limits.dataTermination, bound)
        limits.probe = min(limits.probe, bound)
        limits.closing = min(limits.closing, bound)
        return limits
    }

    /// For connecting, and again for TLS: no longer than a transaction waits for a session, which would never learn why
    /// there is none.
    var connectLimit: Duration { min(destination.connectTimeout ?? Self.defaultConnectLimit, .seconds(30)) }

    /// For destinations that set none.
    static let defaultConnectLimit = Duration.seconds(10)
}
