public import DestinationModel
public import NameResolution

/// What the servers of the product are configured with: one file for all of them, of which each takes its part.
///
/// ``ConfigurationKey/all`` says what each part is called in the file and what it means.
public struct ServerConfiguration: Hashable, Sendable {
    /// `config.tenantMode`, which decides nothing here.
    public var tenantMode = TenantMode.dedicated
    /// Whose Destinations are served.
    public var managedNamespacesMode = ManagedNamespacesMode.all
    /// The least severe level that is logged.
    public var logLevel = LogLevel.info
    /// Whether `/metrics` is served.
    public var servesMetrics = true
    /// How often everything is compared with what it should be.
    public var resyncInterval = Duration.seconds(180)
    /// Who may connect to a Destination that doesn't say it itself.
    public var defaultScope = AccessScope.namespaced
    /// The cluster's DNS domain.
    public var clusterDomain = "cluster.local"
    /// The namespace that the product is installed in, where the file says it.
    public var installNamespace: String?
    /// The instance of Destinations that name none; one of ``instances``.
    public var defaultInstance: String?
    /// How long a connection to the Destination service may take to open.
    public var connectionTimeout = Duration.seconds(5)
    /// How long an answer of the Destination service may take.
    public var readTimeout = Duration.seconds(10)
    /// The sources of destinations; no name stands twice.
    public var instances: [DestinationInstance] = []
    /// Authorities that are trusted besides those of the system.
    public var additionalCAs: SecretReference?
    /// The relay's ports.
    public var relayPorts = 20_000...29_999
    /// The bounds of the relay's session pools.
    public var pool = PoolSettings()
    /// Addresses that destinations may lead to although they are refused by default.
    public var allowedAddresses: [AddressRange] = []

    /// The port of a server's metrics, unless its command line says otherwise.
    public static let metricsPort = 9494

    /// What holds without a file.
    public init() {}
}

/// `config.tenantMode`.
public enum TenantMode: String, Hashable, Sendable, CaseIterable {
    case dedicated
    case shared
}

/// `config.managedNamespacesMode`.
public enum ManagedNamespacesMode: String, Hashable, Sendable, CaseIterable {
    case all
    case labelSelector
}

/// `config.logging.level`.
public enum LogLevel: String, Hashable, Sendable, CaseIterable {
    case trace, debug, info, notice, warning, error, critical
}
