import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

@Suite("Managers that crash, lag and meet, in a cluster that people meddle with")
struct SimulationTests {
    @Test(
        "No port moves or serves two owners, and in the end everything is as it should be",
        arguments: 0..<8 as Range<UInt64>
    )
    func everythingEndsWell(seed: UInt64) async {
        var world = World(seed: seed)
        for _ in 0..<1200 {
            world.step()
            await Task.yield()
        }
        #expect(world.crashes > 3)
        let manager = world.calmDown()
        let cluster = world.cluster
        var names: Set<ObjectKey> = []
        var served = 0
        for destination in cluster.all(.destinations) {
            for tenant in manager.tenants[destination.metadata.key] ?? [] {
                guard let claim = tenant.claim, claim.isServed else {
                    #expect(tenant.problem != nil && tenant.problem != .settingUp, "\(tenant)")
                    continue
                }
                let key = ObjectKey(namespace: "shop", name: tenant.serviceName)
                names.insert(key)
                served += 1
                // What is only kept, because its Destination can't be understood, may have lost its name to another.
                guard tenant.problem == nil else { continue }
                let alias = cluster.object(.services, key).flatMap { ObservedAlias($0, manager.settings) }
                #expect(alias?.content == AliasService(claim))
                #expect(alias?.isIntact == true)
            }
        }
        for service in cluster.all(.services) {
            if service.metadata.namespace == "shop" {
                #expect(names.contains(service.metadata.key), "\(service)")
            } else if let claim = ObservedClaim(service)?.claim {
                #expect(claim.isServed, "\(claim)")
                served -= 1
            }
        }
        #expect(served == 0)
        let policies = cluster.all(.policies).compactMap { ObservedPolicy($0)?.content }
        #expect(policies.count == cluster.all(.policies).count)
        #expect(policies.flatMap(\.ports).count == Set(policies.flatMap(\.ports)).count)
    }
}
