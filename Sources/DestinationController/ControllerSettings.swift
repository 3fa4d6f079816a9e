public import DestinationModel
public import DestinationRules
public import Kubernetes

/// What the controller is told by the configuration.
public struct ControllerSettings: Hashable, Sendable {
    /// Where relay Services, NetworkPolicies and the relay's pods live.
    public var installNamespace: String
    /// The cluster's DNS domain.
    public var clusterDomain: String
    /// The ports that routes get. A port that was given out stays, be it in the range or not.
    public var relayPorts: ClosedRange<Int>
    /// The sources of destinations that are configured.
    public var instances: RuleContext.Instances
    /// Who may connect to a Destination that doesn't say it itself.
    public var defaultScope: AccessScope
    /// Whether only namespaces count that have the label
    /// `transparent-proxy.connectivity.api.sap/namespace: <installNamespace>`.
    public var selectsNamespaces: Bool
    /// The API server's version, which decides about the fields of what is made.
    public var server = ServerVersion.newest
    /// How often everything is compared with what it should be.
    public var resync: Duration
    /// How long a port that was given up is nobody's.
    public var quarantine: Duration

    /// The same for another version of the API server.
    func with(server: ServerVersion) -> ControllerSettings {
        var settings = self
        settings.server = server
        return settings
    }

    /// Puts settings together.
    public init(
        installNamespace: String,
        clusterDomain: String = "cluster.local",
        relayPorts: ClosedRange<Int> = 20_000...29_999,
        instances: RuleContext.Instances,
        defaultScope: AccessScope = .namespaced,
        selectsNamespaces: Bool = false,
        resync: Duration = .seconds(180),
        quarantine: Duration = .seconds(600)
    ) {
        self.installNamespace = installNamespace
        self.clusterDomain = clusterDomain
        self.relayPorts = relayPorts
        self.instances = instances
        self.defaultScope = defaultScope
        self.selectsNamespaces = selectsNamespaces
        self.resync = resync
        self.quarantine = quarantine
    }
}
