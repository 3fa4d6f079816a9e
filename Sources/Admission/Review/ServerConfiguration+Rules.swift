import Configuration
import DestinationRules

extension ServerConfiguration {
    /// The sources of destinations, as rules know them.
    var ruleInstances: RuleContext.Instances {
        RuleContext.Instances(names: Set(instances.map(\.name)), defaultName: defaultInstance)
    }
}
