internal import DestinationModel
public import HTTPTransport
public import Logging

/// What a ``DestinationServiceSource`` works with.
public struct DestinationServiceEnvironment: Sendable {
    /// How connections are made: additional CAs, proxy, name. A client certificate comes from the binding.
    public var transport: HTTPClientConfiguration
    /// Takes the access tokens that come with destinations; nil where nobody needs them.
    public var tokens: OAuth2TokenProvider?
    /// Told of what goes wrong, once for each fault, and when it is over.
    public var logger: Logger
    /// Called after each look-up, for counting: with nil when it found the destination, else with why not. On any thread;
    /// must be quick.
    public var onLookUp: @Sendable (DestinationLookupError?) -> Void = { _ in }
    /// Called after each request for a token of our own, as ``OAuth2TokenProvider`` does for those of the destinations.
    public var onFetch: @Sendable (TokenError?) -> Void = { _ in }
    /// The time.
    public var now: @Sendable () -> ContinuousClock.Instant = { .now }
    /// From 0 to 1, so that replicas don't do everything at once.
    var jitter: @Sendable () -> Double = { .random(in: 0..<1) }
    /// Waits before another attempt.
    var pause: @Sendable (Duration) async -> Void = { try? await Task.sleep(for: $0) }

    /// An environment that only logs.
    public init(
        transport: HTTPClientConfiguration = HTTPClientConfiguration(),
        tokens: OAuth2TokenProvider? = nil,
        logger: Logger
    ) {
        self.transport = transport
        self.tokens = tokens
        self.logger = logger
    }

    /// What asks with a binding. Its HTTP clients end with it.
    func client(
        _ binding: ServiceBinding,
        _ settings: DestinationServiceSettings
    ) throws(HTTPError) -> DestinationServiceClient {
        var plain = transport
        plain.identity = nil
        let http = try HTTPClient(plain)
        var authorization = http
        if case .certificate(let chain, let key) = binding.login {
            // For the authorization server alone: the service is shown the token.
            var showing = transport
            showing.identity = HTTPClientIdentity(
                certificateChain: .bytes(Array(chain.reveal().utf8)),
                privateKey: .bytes(Array(key.reveal().utf8))
            )
            authorization = try HTTPClient(showing)
        }
        let provider = OAuth2TokenProvider(
            fetcher: HTTPTokenFetcher(client: authorization),
            logger: logger,
            // A tenant that subscribes, or a binding that is renewed, need not wait for long.
            longestPause: .seconds(20),
            now: now,
            jitter: jitter,
            onFetch: onFetch
        )
        let tokens = ServiceTokens(binding: binding, settings: settings, provider: provider)
        return DestinationServiceClient(http: http, tokens: tokens, settings: settings, pause: pause)
    }
}
