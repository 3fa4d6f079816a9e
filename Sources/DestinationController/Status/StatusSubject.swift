public import DestinationModel
internal import DestinationRules

/// The Destination that a status is about.
public struct StatusSubject: Hashable, Sendable {
    /// The Destination's namespace.
    public var namespace: String
    /// The Destination's name.
    public var name: String
    /// The `metadata.generation` that was looked at.
    public var generation: Int
    /// The port of its Services, where it is known.
    public var port: Int?
    /// The instance that is used, given or by default; `nil` where there is none.
    public var instance: String?
    /// Who may connect, given or by default; `nil` where what is given is none.
    public var scope: AccessScope?
    /// Where the relays are, which messages name.
    public var installNamespace: String
    /// The cluster's DNS domain.
    public var clusterDomain: String

    /// Puts a subject together.
    public init(
        namespace: String,
        name: String,
        generation: Int,
        port: Int?,
        instance: String?,
        scope: AccessScope?,
        installNamespace: String,
        clusterDomain: String
    ) {
        self.namespace = namespace
        self.name = name
        self.generation = generation
        self.port = port
        self.instance = instance
        self.scope = scope
        self.installNamespace = installNamespace
        self.clusterDomain = clusterDomain
    }

    /// What the rules can serve of a resource, under settings.
    public init(_ resource: DestinationResource, settings: ControllerSettings) {
        self.init(
            namespace: resource.namespace ?? "",
            name: resource.name,
            generation: resource.generation ?? 0,
            port: resource.port,
            instance: resource.instance ?? settings.instances.defaultName,
            scope: resource.scope ?? settings.defaultScope,
            installNamespace: settings.installNamespace,
            clusterDomain: settings.clusterDomain
        )
    }
}
