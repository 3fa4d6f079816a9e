import FoundationEssentials
import Testing

/// The product, installed in a whole cluster by the manifests, with the servers of the outside world.
final class ClusterSite: SuiteFixture {
    static let namespace = "tproxy-system"

    let cluster: Cluster
    let servers: MailServers
    let outside: OutsideWorld
    let directory: TemporaryDirectory

    var kubectl: Kubectl { self.cluster.kubectl }

    static let running = TaskLocal<ClusterSite?>(wrappedValue: nil)

    /// The site of the suite that the running test belongs to.
    static var current: ClusterSite {
        get throws { try #require(Self.running.get(), "the test's suite lacks the trait .clusterSite") }
    }

    private init(_ cluster: Cluster, _ servers: MailServers, directory: TemporaryDirectory) async throws {
        (self.cluster, self.servers, self.directory) = (cluster, servers, directory)
        self.outside = try await OutsideWorld(cluster, servers: servers)
    }

    fileprivate static func start() async throws -> ClusterSite {
        let directory = try TemporaryDirectory()
        Progress.say("starting the cluster")
        let cluster = try await Cluster(directory: directory)
        let site: ClusterSite
        do {
            if cluster.isShared { try await cluster.kubectl.requireUnused() }
            site = try await ClusterSite(cluster, MailServers.current, directory: directory)
        } catch {
            await cluster.stop()
            throw error
        }
        do {
            try await site.install()
            return site
        } catch {
            await site.stop()
            throw error
        }
    }

    func stop() async {
        if self.cluster.isShared {
            Progress.say("taking what was installed away again")
            await self.uninstall()
        } else {
            Progress.say("taking the cluster down")
        }
        await self.outside.stop()
        await self.cluster.stop()
    }
}

extension Trait where Self == SuiteFixtureTrait<ClusterSite> {
    /// The product in a whole cluster for the suite's tests: `ClusterSite.current`.
    static var clusterSite: Self { Self(start: ClusterSite.start) }
}

/// All tests on a whole cluster, as extensions, so that they share one, one after the other.
@Suite(
    .serialized,
    .enabled("there is no whole cluster and none can be started; the line above says why") {
        try await Cluster.isPossible()
    },
    .mailServers(names: OutsideWorld.names),
    .clusterSite
)
struct WithCluster {}
