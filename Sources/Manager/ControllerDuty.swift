import Configuration
import DestinationController
import DestinationRules

extension DestinationController: Duty {
    var name: String { "destinations" }
}

extension ControllerSettings {
    /// The controller's part of the configuration.
    ///
    /// - Parameters:
    ///   - namespace: The install namespace.
    ///   - quarantine: How long a port that was given up is nobody's.
    init(_ configuration: ServerConfiguration, namespace: String, quarantine: Duration) {
        self.init(
            installNamespace: namespace,
            clusterDomain: configuration.clusterDomain,
            relayPorts: configuration.relayPorts,
            instances: RuleContext.Instances(
                names: Set(configuration.instances.map(\.name)),
                defaultName: configuration.defaultInstance
            ),
            defaultScope: configuration.defaultScope,
            selectsNamespaces: configuration.managedNamespacesMode == .labelSelector,
            resync: configuration.resyncInterval,
            quarantine: quarantine
        )
    }
}
