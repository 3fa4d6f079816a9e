import Synchronization

extension ControlPlane {
    /// Applies the manifests' definition of Destinations, namespace and roles, and waits until Destinations can be
    /// created. The first who asks does it, for all tests.
    func installDefinition() async throws {
        let installation = self.installation.withLock { installation in
            let task = installation ?? Task { try await self.install() }
            installation = task
            return task
        }
        try await installation.value
    }

    private func install() async throws {
        let kubectl = self.kubectl()
        // Without validation by kubectl, so that an old server may drop what it doesn't know.
        try await kubectl.check(["apply", "--validate=false", "-f", ClusterManifests.namespace])
        try await kubectl.check(
            ["apply", "--validate=false", "-f", ClusterManifests.definition, "-f", ClusterManifests.roles]
        )
        try await eventually("Destinations to be served") {
            try await kubectl.run(["get", "destinations", "-A"]).succeeded ? () : nil
        }
    }
}
