import DestinationController
import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Synchronization
import TestSupport
import Testing

/// An observer of the relays of a namespace of its own, in the real API server.
final class RelayScene: Sendable {
    let client: KubernetesClient
    let namespace: String
    let observer: RelayObserver
    let pods: RelayPods
    let board = ControllerBoard()
    let log = LogCollector()
    private let told: Told

    private final class Told: Sendable {
        let ports = Mutex<[Set<Int>]>([])
    }

    init() async throws {
        let controlPlane = try await ControlPlane.shared
        let told = Told()
        self.told = told
        self.client = try controlPlane.client()
        self.namespace = try await controlPlane.namespace()
        self.pods = RelayPods(client: self.client, namespace: self.namespace)
        self.observer = try RelayObserver(
            self.client,
            namespace: self.namespace,
            board: self.board,
            logger: self.log.logger,
            changed: { ports in told.ports.withLock { $0.append(ports) } }
        )
        self.board.begin()
    }

    /// Observes while the test does its work.
    static func run(_ body: (RelayScene) async throws -> Void) async throws {
        let scene = try await RelayScene()
        let task = Task { await scene.observer.run() }
        do {
            try await body(scene)
        } catch {
            await scene.end(task)
            throw error
        }
        await scene.end(task)
    }

    private func end(_ task: Task<Void, Never>) async {
        task.cancel()
        await task.value
        _ = try? await self.client.delete(.namespaces, self.namespace)
        await self.client.shutdown()
    }

    /// What was told so far, in one.
    var changed: Set<Int> { self.told.ports.withLock { $0.reduce(into: []) { $0.formUnion($1) } } }

    func forgetChanges() {
        self.told.ports.withLock { $0 = [] }
    }

    func claim(_ port: Int, owner: String = "uid", destination: String = "d") throws -> RouteClaim {
        let reference = DestinationReference(destination: destination, instance: "i", tenant: "t\(port)")
        let route = try #require(
            Route(namespace: "shop", resource: "mail", destination: reference, servicePort: 465)
        )
        return RouteClaim(port: port, owner: owner, route: route)
    }

    /// Waits until a claim's proof is this one.
    func expect(_ proof: RouteProof, of claim: RouteClaim) async throws {
        try await TestSupport.eventually("\(claim.port) to be \(proof)") {
            self.observer.proof(of: claim) == proof
        }
    }

    /// Waits until these ports, and no others, have been told to have changed.
    func expect(changed ports: Set<Int>) async throws {
        try await TestSupport.eventually("\(ports.count) ports to be told") { self.changed == ports }
    }

    func expect(ready: Int, reporting: Int) async throws {
        try await TestSupport.eventually("\(ready) relays, \(reporting) of them reporting") {
            self.board.snapshot?.relays == RelayCounts(ready: ready, reporting: reporting)
        }
    }

    func createReadyPod(_ name: String, _ relay: FakeRelay) async throws {
        try await self.pods.create(name, port: relay.port)
        try await self.pods.setReady(name, true)
    }
}

extension RouteClaim {
    /// What a relay that serves it says.
    func report(_ lookup: RouteReport.Lookup = .found) -> RouteReport {
        RouteReport(port: self.port, address: "0.0.0.0", route: self.route, owner: self.owner, lookup: lookup)
    }
}
