internal import DestinationModel

extension ConfigurationKey {
    /// All keys, in the order of the documentation. Those that SAP's product has too stand where its Helm values have
    /// them, so that a piece of those can be pasted.
    public static let all: [ConfigurationKey] = general + destinationService + instances + authorities + relay + chart

    static let general = [
        ConfigurationKey(
            "config.tenantMode",
            .choice(TenantMode.allCases.map(\.rawValue)),
            standard: TenantMode.dedicated.rawValue,
            "Accepted for the sake of existing values. Here each resource decides by its annotation whether it serves "
                + "one tenant or several.",
            readers: []
        ),
        ConfigurationKey(
            "config.managedNamespacesMode",
            .choice(ManagedNamespacesMode.allCases.map(\.rawValue)),
            standard: ManagedNamespacesMode.all.rawValue,
            "Whose Destinations are served: those of all namespaces, or of those with the label "
                + "transparent-proxy.connectivity.api.sap/namespace: <install namespace>.",
            readers: [.manager]
        ),
        ConfigurationKey(
            "config.logging.level",
            .choice(LogLevel.allCases.map(\.rawValue)),
            standard: LogLevel.info.rawValue,
            "The least severe level that is logged; --log-level on a command line prevails.",
            readers: [.admission, .manager, .relay]
        ),
        ConfigurationKey(
            "config.metrics.prometheus.enabled",
            .boolean,
            standard: "true",
            "Whether /metrics is served.",
            readers: [.admission, .manager, .relay]
        ),
        ConfigurationKey(
            "config.manager.executionIntervalMinutes",
            .integer(1...1440),
            standard: "3",
            "How often everything is compared with what it should be. Changes are acted on at once, whatever this says.",
            readers: [.manager]
        ),
        ConfigurationKey(
            "config.security.accessControl.destinations.defaultScope",
            .choice(AccessScope.allCases.map(\.rawValue)),
            standard: AccessScope.namespaced.rawValue,
            "Who may connect to a Destination that doesn't say it itself.",
            readers: [.manager]
        ),
        ConfigurationKey(
            "clusterDomain",
            .name,
            standard: "cluster.local",
            "The cluster's DNS domain.",
            readers: [.manager]
        ),
        ConfigurationKey(
            "installNamespace",
            .name,
            "The namespace that the proxy is installed in. Without it, a server in a pod takes its own.",
            readers: [.admission, .manager, .relay]
        ),
    ]

    static let destinationService = [
        ConfigurationKey(
            "config.integration.destinationService.defaultInstanceName",
            .name,
            "The instance of Destinations that name none. It is one of the instances below.",
            readers: [.admission, .manager]
        ),
        ConfigurationKey(
            "config.destinationService.defaultInstanceName",
            .name,
            "Another way to write config.integration.destinationService.defaultInstanceName.",
            readers: [.admission, .manager]
        ),
        ConfigurationKey(
            "config.integration.destinationService.connectionTimeoutSeconds",
            .integer(1...300),
            standard: "5",
            "How long a connection to the Destination service may take to open.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "config.integration.destinationService.readTimeoutSeconds",
            .integer(1...300),
            standard: "10",
            "How long an answer of the Destination service may take.",
            readers: [.relay]
        ),
    ]

    private static let instance = "config.integration.destinationService.instances[]"

    static let instances = [
        ConfigurationKey(
            "\(instance).name",
            .name,
            "What Destinations call the instance. Each instance needs a name of its own.",
            readers: [.admission, .manager, .relay]
        ),
        ConfigurationKey(
            "\(instance).directory",
            .folder,
            "A folder of destinations as JSON files, for an instance that is no Destination service: "
                + "DESTINATION.json, and TENANT/DESTINATION.json for those of one tenant. In a cluster it is a Secret that the "
                + "relay's pods mount; the items of a volume give files of a Secret such paths.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.secretName",
            .name,
            "The Secret with the binding of the instance. An instance has either this or a directory.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.secretKey",
            .name,
            "The key of that Secret under which the whole binding stands as JSON. Without it, each field of the binding "
                + "has a key of its own.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.secretNamespace",
            .name,
            "The namespace of that Secret. Without it, the install namespace.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.privateKey.secretName",
            .name,
            "The Secret with the private key, where the binding's certificate comes without it.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.privateKey.secretInternalKey",
            .name,
            "The key of that Secret under which the private key stands.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "\(instance).serviceCredentials.privateKey.secretNamespace",
            .name,
            "The namespace of that Secret. Without it, the install namespace.",
            readers: [.relay]
        ),
    ]

    static let authorities = [
        ConfigurationKey(
            "additionalCAs.secretName",
            .name,
            "A Secret with certificates of authorities that are trusted besides those of the system.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "additionalCAs.secretKey",
            .name,
            standard: "ca.crt",
            "The key of that Secret under which the certificates stand as PEM.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "additionalCAs.secretNamespace",
            .name,
            "The namespace of that Secret. Without it, the install namespace.",
            readers: [.relay]
        ),
    ]

    private static let pool = PoolSettings()

    static let relay = [
        ConfigurationKey(
            "relay.portRange",
            .ports,
            standard: "20000-29999",
            "The relay's ports, one for each route, without that of its metrics (9494). A namespace gets as many at most as "
                + "are left free for all others.",
            readers: [.manager]
        ),
        ConfigurationKey(
            "relay.pool.sessions",
            .integer(1...1000),
            standard: "\(pool.sessions)",
            "Sessions with the mail server that a route may hold at a time. Office 365 allows three for a mailbox.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "relay.pool.waiters",
            .integer(1...1_000_000),
            standard: "\(pool.waiters)",
            "Messages that may wait for a session of a route.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "relay.pool.waitSeconds",
            .integer(1...3600),
            standard: "\(pool.wait.components.seconds)",
            "How long a message may wait for a session.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "relay.pool.stallSeconds",
            .integer(1...3600),
            standard: "\(pool.stallTime.components.seconds)",
            "How long a client may hold a session without using it while others wait for one: between two commands of an "
                + "envelope, and for each 4096 bytes of a message. Then it loses the session and gets 451 4.4.2.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "relay.pool.idleSeconds",
            .integer(1...3600),
            standard: "\(pool.idleTime.components.seconds)",
            "After how long an unused session is closed.",
            readers: [.relay]
        ),
        ConfigurationKey(
            "relay.allowedAddresses[]",
            .addresses,
            "Addresses that mail servers and token services of destinations may have although the relay refuses them by "
                + "default: loopback, link-local, unspecified, multicast and broadcast addresses, and those of the "
                + "cluster's API server. Destination services are not affected.",
            readers: [.relay]
        ),
    ]

    static let chart = [
        ConfigurationKey(
            "deployment",
            .ignored,
            "Replicas, resources and the like are for what installs the servers; they themselves pass over it.",
            readers: []
        )
    ]
}
