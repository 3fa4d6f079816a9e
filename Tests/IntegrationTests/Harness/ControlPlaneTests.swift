import Testing

/// The API server that the other tests rely on.
@Suite
struct ControlPlaneTests {
    @Test("An object that kubectl creates is there")
    func createsObjects() async throws {
        let controlPlane = try await ControlPlane.shared
        let namespace = try await controlPlane.namespace()
        let kubectl = controlPlane.kubectl()

        try await kubectl.check(
            ["create", "-f", "-"],
            input: """
                apiVersion: v1
                kind: ConfigMap
                metadata: {name: greeting, namespace: \(namespace)}
                data: {text: hello}
                """
        )

        let text = try await kubectl.check(
            ["get", "configmap", "greeting", "-n", namespace, "-o", "jsonpath={.data.text}"]
        )
        #expect(text == "hello")
    }

    @Test("Another user may do what a role allows, and nothing else")
    func otherUsers() async throws {
        let controlPlane = try await ControlPlane.shared
        let namespace = try await controlPlane.namespace()
        let kubectl = controlPlane.kubectl()
        try await kubectl.check(["create", "role", "reader", "--verb=list", "--resource=pods", "-n", namespace])
        try await kubectl.check(
            ["create", "rolebinding", "reader", "--role=reader", "--group=team-\(namespace)", "-n", namespace]
        )

        let user = try await controlPlane.kubectl(
            as: controlPlane.kubeconfig(user: "user-\(namespace)", group: "team-\(namespace)")
        )

        #expect(try await user.run(["get", "pods", "-n", namespace]).succeeded)
        let refusal = try await user.run(["get", "services", "-n", namespace])
        #expect(refusal.errorOutput.contains("Forbidden"), "\(refusal.errorOutput)")
    }
}
