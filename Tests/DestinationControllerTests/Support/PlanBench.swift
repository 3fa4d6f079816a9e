import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

/// A cluster, a moment, and short words for what is in it.
struct PlanBench {
    var cluster = ModelCluster()
    let now = ContinuousClock.now
    let key = ObjectKey(namespace: "shop", name: "mail")

    /// A manager that has brought everything in order.
    mutating func settled(_ settings: ControllerSettings = Samples.settings) -> Manager {
        var manager = Manager(settings, cluster, now: now)
        manager.settle(&cluster, now: now)
        return manager
    }

    func claim(_ port: Int) -> RouteClaim? {
        let key = ObjectKey(namespace: "system", name: "relay-\(port)")
        guard let service = cluster.object(.services, key) else { return nil }
        return ObservedClaim(service)?.claim
    }

    func alias(_ name: String) -> ObservedAlias? {
        cluster.object(.services, ObjectKey(namespace: "shop", name: name)).flatMap {
            ObservedAlias($0, Samples.settings)
        }
    }

    /// Takes the owner of an alias away, as `--cascade=orphan` does, and gives its name.
    mutating func orphan(_ name: String) throws -> ObjectKey {
        let key = ObjectKey(namespace: "shop", name: name)
        let alias = try #require(cluster.object(.services, key))
        cluster.put(alias.setting(["metadata", "ownerReferences"], nil), .services)
        return key
    }

    var policies: [AccessPolicy] {
        cluster.all(.policies).compactMap { ObservedPolicy($0)?.content }
    }

    /// Everything that managers make, but for the versions.
    var contents: Set<ObjectValue> {
        Set(
            (cluster.all(.services) + cluster.all(.policies)).map {
                $0.setting(["metadata", "resourceVersion"], nil)
            }
        )
    }

    /// The same without what tells an object from one that was made anew.
    var facts: Set<ObjectValue> {
        Set(
            contents.map {
                $0.setting(["metadata", "uid"], nil).setting(["metadata", "creationTimestamp"], nil)
            }
        )
    }
}

extension ObjectValue {
    /// A Service that anybody might make.
    static func service(_ name: String, in namespace: String) -> ObjectValue {
        .object([
            "apiVersion": .string("v1"), "kind": .string("Service"),
            "metadata": .object(["name": .string(name), "namespace": .string(namespace)]),
            "spec": .object([
                "type": .string("ClusterIP"), "selector": .object(["app": .string("theirs")]),
                "ports": .array([.object(["port": .integer(25), "targetPort": .integer(25)])]),
            ]),
        ])
    }
}
