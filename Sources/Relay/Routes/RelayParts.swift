import CommandLineSupport
import DestinationModel
import DestinationSources
import HTTPTransport
import Logging
import NIOCore
import NIOPosix
import NameResolution
import ServerSupport
import TLS
import Telemetry
import UpstreamPool

/// What every relay is made of, wherever its routes and destinations come from.
struct RelayParts: Sendable {
    let group: MultiThreadedEventLoopGroup
    let registry: MetricsRegistry
    let metrics: RelayMetrics
    let tlsContexts: TLSContextCache
    let tokens: OAuth2TokenProvider
    let resolver: NameResolver
    let table: RouteTable
    let lookUps: BackgroundLookUps

    /// Puts them together. Reads files.
    ///
    /// - Parameters:
    ///   - caFile: certificates of authorities that are trusted besides those of the system.
    ///   - poolLimits: the bounds of pools, where they can change.
    ///   - addressPolicy: which addresses destinations may lead to.
    /// - Throws: when the file can't be used.
    init(
        limits: RelayLimits,
        source: any DestinationSource,
        caFile: String? = nil,
        poolLimits: (@Sendable () -> PoolLimits)? = nil,
        addressPolicy: @escaping @Sendable () -> AddressPolicy,
        logger: Logger
    ) throws {
        Self.raiseDescriptorLimit(limits, logger)
        group = MultiThreadedEventLoopGroup(numberOfThreads: System.coreCount)
        registry = MetricsRegistry()
        registry.add(try ProcessMetrics(registry))
        metrics = try RelayMetrics(registry, limits: limits)
        tlsContexts = TLSContextCache(
            trustRoots: caFile.map(TLSClientConfiguration.TrustRoots.systemAnd(file:)) ?? .system
        )
        // A CA file that can't be used is better known now than at the first message.
        _ = try tlsContexts.context(for: MailDestination.TLSPolicy())
        let transport = Self.transport(caFile.map { .systemAnd(.file($0)) } ?? .system)
        resolver = try NameLookupMetrics.resolver(registry)
        let client = try HTTPClient(transport.restricted(by: addressPolicy, lookingUpWith: resolver))
        tokens = OAuth2TokenProvider(client: client, logger: logger, onFetch: metrics.tokens.fetched(_:))
        let name = HostName.forSMTP()
        let environment = RelayEnvironment(
            name: name,
            limits: limits,
            source: source,
            connector: SessionConnector(
                name: name,
                tokens: tokens,
                resolver: resolver,
                addressPolicy: addressPolicy
            ),
            tlsContexts: tlsContexts,
            metrics: metrics,
            connections: ConnectionLimiter(limits: limits),
            openings: OpeningPacer(pauses: limits.openings),
            logger: logger,
            poolLimits: poolLimits
        )
        table = RouteTable(environment, on: group)
        lookUps = BackgroundLookUps(table)
    }

    /// Ends the threads, once all services have ended.
    func shutDown(_ logger: Logger) async throws {
        logger.info("stopping: waiting for the event loops to end")
        try await group.shutdownGracefully()
        logger.info("stopped")
    }

    /// How the relay asks token services and Destination services.
    static func transport(_ trust: HTTPTrustRoots) -> HTTPClientConfiguration {
        var configuration = HTTPClientConfiguration()
        configuration.trust = trust
        configuration.userAgent = "tproxy-relay/\(BuildInformation.version)"
        return configuration
    }

    private static func raiseDescriptorLimit(_ limits: RelayLimits, _ logger: Logger) {
        let descriptors = DescriptorLimit.raise()
        // Each connection is one, and so is each session.
        guard descriptors < limits.connections else { return }
        logger.warning(
            "fewer files may be open than connections are allowed: raise the limit (ulimit -n) or lower --connections",
            metadata: ["files": "\(descriptors)", "connections": "\(limits.connections)"]
        )
    }
}

extension HTTPClientConfiguration {
    /// The same for requests on behalf of destinations: connections are made to allowed addresses only, and names are
    /// looked up in turns with those of mail servers.
    ///
    /// - Parameter resolver: not needed where the administrator names the hosts.
    func restricted(
        by policy: @escaping @Sendable () -> AddressPolicy,
        lookingUpWith resolver: NameResolver? = nil
    ) -> HTTPClientConfiguration {
        var configuration = self
        // Its frames aren't counted in what a response may take.
        configuration.allowsHTTP2 = false
        configuration.lookUp = resolver?.httpLookUp
        configuration.addressCheck = { bytes in
            guard let address = IPAddress(bytes: bytes) else { return "address not allowed" }
            let policy = policy()
            return policy.denial(of: address).map { policy.text(address, $0) }
        }
        return configuration
    }
}

extension NameResolver {
    /// Look-ups for an HTTP client, in turns with those of mail servers; a share is a namespace.
    fileprivate var httpLookUp: HTTPClientConfiguration.LookUp {
        { [self] (host: String, share: String, completion) -> @Sendable () -> Void in
            let question = resolve(host, for: share) { answer in
                switch answer {
                case .success(let addresses): completion(.success(addresses.map(\.bytes)))
                case .failure(let failure):
                    completion(.failure(HTTPClientConfiguration.LookUpFailure(failure.rawValue)))
                }
            }
            return { if let question { self.cancel(question) } }
        }
    }
}
