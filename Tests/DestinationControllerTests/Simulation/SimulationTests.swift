import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

@Suite("Managers that crash, lag and meet, in a cluster that people meddle with")
struct SimulationTests {
    @Test(
        "No port moves or serves two owners, and in the end everything is as it should be",
        arguments: 0..<40 as Range<UInt64>
    )
    func everythingEndsWell(seed: UInt64) async {
        var world = World(seed: seed)
        for _ in 0..<2000 {
            world.step()
            await Task.yield()
        }
        #expect(world.crashes > 20)
        let manager = world.calmDown()
        let cluster = world.cluster
        var aliases = 0
        var served = 0
        for destination in cluster.all(.destinations) {
            for tenant in manager.tenants[destination.metadata.key] ?? [] {
                guard let claim = tenant.claim, claim.isServed else {
                    #expect(tenant.problem != nil && tenant.problem != .settingUp, "\(tenant)")
                    continue
                }
                let key = ObjectKey(namespace: "shop", name: tenant.serviceName)
                let alias = cluster.object(.services, key).flatMap { ObservedAlias($0, manager.settings) }
                #expect(alias?.content == AliasService(claim))
                #expect(alias?.isIntact == true)
                aliases += 1
                served += 1
            }
        }
        for service in cluster.all(.services) {
            if service.metadata.namespace == "shop" {
                aliases -= 1
            } else if let claim = ObservedClaim(service)?.claim {
                #expect(claim.isServed, "\(claim)")
                served -= 1
            }
        }
        #expect(aliases == 0)
        #expect(served == 0)
        let policies = cluster.all(.policies).compactMap { ObservedPolicy($0)?.content }
        #expect(policies.count == cluster.all(.policies).count)
        #expect(policies.flatMap(\.ports).count == Set(policies.flatMap(\.ports)).count)
    }
}
