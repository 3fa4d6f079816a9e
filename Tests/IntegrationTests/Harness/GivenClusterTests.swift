import Testing

/// Whose cluster the tests take.
@Suite struct GivenClusterTests {
    @Test("A cluster that KUBECONFIG names is taken by make e2e, and by nobody else")
    func kubeconfig() throws {
        var environment = ["KUBECONFIG": "/home/somebody/.kube/config", "TPROXY_E2E_ADDRESS": "192.0.2.1"]
        #expect(try Cluster.Given(environment) == nil)
        environment["TPROXY_E2E"] = "yes"
        environment["TPROXY_E2E_LOAD"] = "kind load image-archive"
        let given = try #require(try Cluster.Given(environment))
        #expect(given.kubeconfig == "/home/somebody/.kube/config")
        #expect(given.address == "192.0.2.1")
        #expect(given.loader == ["kind", "load", "image-archive"])
        environment["KUBECONFIG"] = ""
        #expect(try Cluster.Given(environment) == nil)
    }

    @Test("Nothing is done to a cluster that isn't known to reach this machine")
    func address() {
        #expect(throws: Cluster.Failure.self) {
            try Cluster.Given(["KUBECONFIG": "/home/somebody/.kube/config", "TPROXY_E2E": "yes"])
        }
    }

    @Test("A cluster that is in use for the same purpose is left alone")
    func inUse() async throws {
        let controlPlane = try await ControlPlane.shared
        try await controlPlane.installDefinition()
        await #expect(throws: Cluster.Failure.self) { try await controlPlane.kubectl().requireUnused() }
    }
}
