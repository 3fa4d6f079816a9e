internal import HTTPTransport

/// How the Destination service is asked, and how long its answers are kept.
public struct DestinationServiceSettings: Hashable, Sendable {
    /// How the client's secret goes to the authorization server (RFC 6749 §2.3.1).
    public enum ClientAuthentication: Hashable, Sendable {
        /// In the form.
        case form
        /// As basic authentication.
        case basic
    }

    /// How long connecting may take.
    public var connectTimeout = Duration.seconds(5)
    /// How long the service may be silent. The whole of an answer may take twice as long.
    public var readTimeout = Duration.seconds(10)
    /// How the client's secret goes to the authorization server.
    public var clientAuthentication = ClientAuthentication.form
    /// How often a look-up that failed for a moment is tried again at once.
    public var retries = 2
    /// The pause before the first of these; it doubles, and is shortened at random by up to a half.
    public var retryPause = Duration.milliseconds(200)
    /// How long an answer serves without a question.
    public var freshness = Duration.seconds(120)
    /// How often the answer is looked up that nobody has asked for in a while: a route's sessions may still live by it.
    public var idleRefresh = Duration.seconds(600)
    /// How long a destination counts as asked for.
    public var activeTime = Duration.seconds(3600)
    /// How long "there is none" is believed without a question.
    public var negativeTime = Duration.seconds(10)
    /// The longest pause between two look-ups of a destination that isn't there but is needed.
    public var negativeRefresh = Duration.seconds(30)
    /// How long a "there is none" that nobody asks for is remembered.
    public var negativeMemory = Duration.seconds(600)
    /// The most destinations that are kept; the longest unused one makes room.
    public var maximumEntries = 20_000
    /// The most look-ups at once; more wait.
    public var maximumLookUps = 16
    /// The most of these that nobody waits for.
    public var maximumRefreshes = 8

    /// The defaults.
    public init() {}

    var timeouts: HTTPTimeouts {
        HTTPTimeouts(connect: connectTimeout, overall: connectTimeout + readTimeout * 2, stall: readTimeout)
    }
}
