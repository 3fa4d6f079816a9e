internal import DestinationModel
internal import Kubernetes
internal import ObjectModel

/// A NetworkPolicy of a Destination, as it was observed.
struct ObservedPolicy: Hashable, Sendable {
    let name: String
    let uid: String
    let resourceVersion: String
    /// The UID of the Destination whose it is by its name.
    let owner: String
    /// What it would be if nobody had tampered with it; `nil` where that can't be told.
    let content: AccessPolicy?
    /// The Destination that it says to be of; `nil` where it doesn't.
    let destination: ObjectKey?
    /// The labels by which it selects pods: a patch has to name those that are to go.
    let podLabels: [String]

    /// Reads a policy; `nil` for one that isn't named as ours are.
    init?(_ policy: ObjectValue) {
        let metadata = policy.metadata
        guard let owner = AccessPolicy.owner(name: metadata.name) else { return nil }
        name = metadata.name
        uid = metadata.uid
        resourceVersion = metadata.resourceVersion
        self.owner = owner
        let parts = (metadata.annotations[AccessPolicy.annotation] ?? "").split(separator: "/")
        destination = parts.count == 2 ? ObjectKey(namespace: String(parts[0]), name: String(parts[1])) : nil
        let rule = policy["spec"]?["ingress"]?.arrayValue?.first
        let ports = (rule?["ports"]?.arrayValue ?? []).compactMap { port -> Int? in
            guard case .integer(let number) = port["port"] else { return nil }
            return number
        }
        let from = rule?["from"]?.arrayValue?.first?["namespaceSelector"]
        let content = destination.map { destination in
            AccessPolicy(
                destination: destination,
                owner: owner,
                scope: from?.isVoid ?? false ? .clusterWide : .namespaced,
                ports: ports
            )
        }
        self.content = content.flatMap { $0.isIntact(policy) ? $0 : nil }
        podLabels =
            self.content == nil
            ? Array((policy["spec"]?["podSelector"]?["matchLabels"]?.objectValue ?? [:]).keys) : []
    }
}
