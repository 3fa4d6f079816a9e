import Configuration
import FoundationEssentials
import ObjectModel

/// All that was observed in the cluster, at about one time. Whatever couldn't be, says why.
struct ClusterFacts: Sendable {
    /// What was asked for, or why there is no answer.
    typealias Observed<Value> = Result<Value, KubectlError>

    let scope: CheckScope
    /// When it was observed.
    var time: Date
    /// The definition of Destinations.
    var definition: Observed<ObjectValue>
    /// The ValidatingWebhookConfiguration.
    var webhook: Observed<ObjectValue>
    /// What the API server says to the two resources that it is shown.
    var probes: WebhookProbes
    /// The managers' Lease.
    var lease: Observed<ObjectValue>
    /// The product's pods.
    var pods: Observed<[ServerPod]>
    /// The servers, as they are meant to run.
    var parts: Observed<[ServerPart]>
    /// The Services of the install namespace.
    var services: Observed<[ObjectValue]>
    /// The configuration of the servers, as it stands in the ConfigMap.
    var configuration: Observed<ConfigurationReading>
    /// The names of the keys of each Secret that the configuration names.
    var secretKeys: [SecretPlace: Observed<Set<String>>]
    /// Those whose routes are looked after.
    var destinations: Observed<[DestinationView]>
    /// The NetworkPolicies of the install namespace.
    var systemPolicies: Observed<[ObjectValue]>
    /// The NetworkPolicies of the Destinations' namespaces.
    var policies: Observed<[ObjectValue]>
    /// The ports that the API servers listen on, behind the Service `kubernetes`.
    var apiServerPorts: Observed<Set<Int>>
    /// The labels of each namespace.
    var namespaces: Observed<[String: [String: String]]>
    /// What the managers' pages say, by pod.
    var managers: [String: Observed<ManagerPage>]
    /// What the ready relays' pages say, by pod.
    var relays: [String: Observed<RelayPage>]
    /// The metrics of the ready admission servers, by pod.
    var admissions: [String: Observed<MetricValues>]
    var trials: Trials
}

/// Where a Secret is.
struct SecretPlace: Hashable, Sendable {
    let namespace: String
    let name: String
}

/// What stands in the ConfigMap.
enum ConfigurationReading: Hashable, Sendable {
    case read(ServerConfiguration)
    /// Why the servers refuse it.
    case faulty(String)
    /// The ConfigMap has no such file.
    case absent
}
