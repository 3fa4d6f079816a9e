import DestinationModel
import DestinationSources

/// All that decides who we are upstream. Sessions are shared among the transactions of one key and of no other.
///
/// The generation alone would do: it changes with the content of the destination, and the route names its tenant. The
/// rest stands here so that a mistake in one of the two can't put a message under somebody else's login.
struct UpstreamKey: Hashable, Sendable {
    let route: Route
    /// Changes when, and only when, the content of the destination changes.
    let generation: DestinationGeneration
    /// Host, port, TLS policy, user, secret, mechanisms.
    let destination: MailDestination
}
