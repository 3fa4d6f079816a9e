import Configuration
import DestinationRules
import Synchronization

/// The configuration that holds now. May be used from any thread.
final class LiveConfiguration: Sendable {
    private let state: Mutex<(configuration: ServerConfiguration, instances: RuleContext.Instances)>

    init(_ configuration: ServerConfiguration) {
        state = Mutex((configuration, Self.instances(configuration)))
    }

    /// What holds now.
    var current: ServerConfiguration { state.withLock { $0.configuration } }

    /// The sources of destinations, as rules know them.
    var instances: RuleContext.Instances { state.withLock { $0.instances } }

    func replace(by configuration: ServerConfiguration) {
        state.withLock { $0 = (configuration, Self.instances(configuration)) }
    }

    private static func instances(_ configuration: ServerConfiguration) -> RuleContext.Instances {
        RuleContext.Instances(
            names: Set(configuration.instances.map(\.name)),
            defaultName: configuration.defaultInstance
        )
    }
}
