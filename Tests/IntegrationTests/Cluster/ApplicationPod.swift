import ObjectModel

/// A pod of somebody who wants to send mail: busybox, in a namespace of its own or another's.
struct ApplicationPod: Sendable {
    let name: String
    let namespace: String
    let kubectl: Kubectl

    /// Starts a pod and waits until it runs.
    ///
    /// - Parameter command: what it runs; by default nothing, until it is deleted.
    static func start(
        _ name: String,
        in namespace: String,
        of site: ClusterSite,
        command: [String] = ["sleep", "86400"]
    ) async throws -> ApplicationPod {
        let container = ObjectValue.object([
            "name": .string("application"), "image": .string(site.cluster.tools),
            "imagePullPolicy": .string("IfNotPresent"), "command": .array(command.map(ObjectValue.string)),
        ])
        let pod = ObjectValue.object([
            "apiVersion": .string("v1"), "kind": .string("Pod"),
            "metadata": .object(["name": .string(name), "namespace": .string(namespace)]),
            "spec": .object([
                "containers": .array([container]), "restartPolicy": .string("Never"),
                "terminationGracePeriodSeconds": .integer(0),
            ]),
        ])
        try await site.kubectl.apply([pod])
        try await site.kubectl.check(["wait", "--for=condition=Ready", "pod/\(name)", "-n", namespace, "--timeout=50s"])
        return ApplicationPod(name: name, namespace: namespace, kubectl: site.kubectl)
    }

    /// What it has printed.
    func output() async throws -> String {
        try await self.kubectl.check(["logs", self.name, "-n", self.namespace])
    }

    /// A kubectl that prints what it prints, until it ends.
    func follow() throws -> ChildProcess {
        try self.kubectl.start(["logs", "--follow", self.name, "-n", self.namespace])
    }

    /// A command line that runs another in the pod, at a terminal.
    func atTerminal(_ command: [String]) -> [String] {
        self.kubectl.command(["exec", "-it", self.name, "-n", self.namespace, "--"] + command)
    }

    /// Runs a command in the pod, which has to succeed.
    @discardableResult
    func run(_ command: [String]) async throws -> String {
        try await self.kubectl.check(["exec", self.name, "-n", self.namespace, "--"] + command)
    }
}
