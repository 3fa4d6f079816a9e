import DestinationModel
import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

/// An installation whose relay says what the test wants.
struct RelayInstallation {
    let run: ControllerRun
    let relay: FakeRelay
    let pods: RelayPods

    init(_ run: ControllerRun) async throws {
        self.run = run
        self.relay = try await FakeRelay()
        self.pods = RelayPods(client: run.site.client, namespace: run.site.namespace)
    }

    /// Applies a Destination with the tenants a and b, and gives their claims.
    func apply() async throws -> (a: RouteClaim, b: RouteClaim) {
        try await self.run.apply(Destination(name: "mail", tenants: #"["a", "b"]"#))
        let claims = try await eventually("both claims", within: .seconds(60)) {
            let claims = try await self.run.site.claims().values
            return claims.count == 2 ? claims : nil
        }
        return (
            try #require(claims.first { $0.route.tenant == "a" }),
            try #require(claims.first { $0.route.tenant == "b" })
        )
    }

    func startRelay() async throws {
        try await self.pods.create("relay-1", port: self.relay.port)
        try await self.pods.setReady("relay-1", true)
    }

    func states(_ expected: String) async throws {
        try await self.run.status(expected, of: "mail") { status in
            let states = status["tenants"]?.arrayValue?.compactMap { $0["state"]?.stringValue } ?? []
            return states.joined(separator: " ") == expected
        }
    }

    var resourceVersion: String {
        get async throws {
            try await self.run.site.client.get(.destinations, "mail", in: self.run.namespace)
                .metadata.resourceVersion
        }
    }
}
