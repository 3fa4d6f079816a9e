import Kubernetes
import ObjectModel
import TestSupport
import Testing

extension ControllerTests {
    /// Manager and relay with no more rights than the manifests give their accounts.
    @Suite(.timeLimit(.minutes(5))) struct ShippedAccountTests {
        @Test(
            "a narrowed scope, a removed tenant and a namespace that is given up are applied in every mode",
            arguments: ["all", "labelSelector"]
        )
        func modes(mode: String) async throws {
            try await ShippedSite.perform(mode) { run in
                try await run.applyWide()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)

                try await run.applyNarrow()
                try await run.waitUntilNarrow()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)

                if mode == "labelSelector" {
                    let label = "transparent-proxy.connectivity.api.sap/namespace-"
                    try await run.site.kubectl.check(["label", "namespace", run.namespace, label])
                } else {
                    try await run.site.kubectl.check(["delete", "destination", "-n", run.namespace, "mail"])
                }
                try await eventually("the Services to go", within: .seconds(60)) { () -> Void? in
                    try await run.aliases().isEmpty ? () : nil
                }
            } then: { log in
                #expect(!log.contains("forbidden"), "\(log.suffix(4000))")
            }
        }

        @Test("a right that is missing shows in the status until it is there")
        func missingRight() async throws {
            try await ShippedSite.perform("labelSelector", lacking: "namespaces/get") { run in
                try await run.applyWide()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
                try await run.applyNarrow()
                let status = try await run.site.status("what failed", of: "mail", in: run.namespace) {
                    $0["conditions"]?.arrayValue?.first?["reason"] == .string("ReconciliationFailed")
                }
                let condition = status["conditions"]?.arrayValue?.first
                #expect(condition?["status"] == .string("False"))
                #expect(condition?["message"]?.stringValue?.contains("forbidden") == true, "\(status)")

                try await run.applyRights()
                try await run.waitUntilNarrow()
                try await run.site.waitUntilAvailable("mail", in: run.namespace)
            }
        }
    }
}

/// A manager and a relay under the accounts of the manifests, at a control plane of their own: in the mode `all` a manager
/// looks after all of it.
private struct ShippedSite {
    let site: ProductSite
    /// Where the Destination is.
    let namespace: String

    /// - Parameters:
    ///   - lacking: a right that the manager goes without: resource and verb of the ClusterRole.
    ///   - then: gets the manager's log.
    static func perform(
        _ mode: String,
        lacking right: String? = nil,
        _ body: (ShippedSite) async throws -> Void,
        then: (String) -> Void = { _ in }
    ) async throws {
        try await ControlPlane.perform { controlPlane in
            let site = try await ProductSite(
                configuration: ProductSite.Configuration(namespacesMode: mode),
                controlPlane: controlPlane
            )
            let run = try await ShippedSite(site: site, namespace: site.applicationNamespace())
            try await run.applyRights(lacking: right)
            for tenant in ["a", "b"] {
                try site.write(.open(port: 465), name: "example-dest", tenant: tenant)
            }
            let manager = try await ManagerServer(
                site,
                kubeconfig: run.kubeconfig("manager"),
                options: ["--webhook-configuration", "tproxy-admission"]
            )
            do {
                let relay = try await RelayServer.start(site, kubeconfig: run.kubeconfig("relay"))
                do {
                    try await body(run)
                } catch {
                    await relay.stop()
                    throw error
                }
                await relay.stop()
            } catch {
                await manager.process.stop()
                throw ProductRun.Failure(cause: error, managerLog: manager.log, relayLog: "")
            }
            await manager.process.stop()
            then(manager.log)
        }
    }

    private func kubeconfig(_ component: String) async throws -> String {
        try await site.controlPlane.kubeconfig(
            user: "system:serviceaccount:\(site.namespace):tproxy-\(component)",
            group: "system:serviceaccounts"
        )
    }

    /// Gives the accounts of the site's namespace what the manifests give those of `tproxy-system`.
    func applyRights(lacking right: String? = nil) async throws {
        for component in ["manager", "relay"] {
            let text = try Repository.text("manifests/\(component)/rbac.yaml")
                .replacing("namespace: tproxy-system", with: "namespace: \(site.namespace)")
            try await site.kubectl.check(["apply", "-f", "-"], input: text)
        }
        guard let right else { return }
        let parts = right.split(separator: "/").map { ObjectValue.string(String($0)) }
        let text = try await site.kubectl.check(["get", "clusterrole", "tproxy-manager", "-o", "json"])
        var role = try #require(object(text).objectValue)
        let rules = role["rules"]?.arrayValue?.map { rule -> ObjectValue in
            guard rule["resources"] == .array([parts[0]]), case .object(var members) = rule else { return rule }
            members["verbs"] = .array((rule["verbs"]?.arrayValue ?? []).filter { $0 != parts[1] })
            return .object(members)
        }
        role["rules"] = try .array(#require(rules))
        let changed = String(decoding: ObjectValue.object(role).json(), as: UTF8.self)
        try await site.kubectl.check(["replace", "-f", "-"], input: changed)
    }

    func applyWide() async throws {
        try await apply(#"["a", "b"]"#, scope: "clusterWide")
    }

    func applyNarrow() async throws {
        try await apply(#"["a"]"#, scope: "namespaced")
    }

    private func apply(_ tenants: String, scope: String) async throws {
        let destination = Destination(name: "mail", tenants: tenants, spec: ["accessControl: {scope: \(scope)}"])
        try await site.kubectl.apply(destination, in: namespace)
    }

    /// The Services in the Destination's namespace.
    func aliases() async throws -> [String] {
        try await site.client.list(.services, in: namespace).map(\.metadata.name)
    }

    /// Waits until tenant b has gone, and the namespace's own pods alone get to what is left.
    func waitUntilNarrow() async throws {
        try await eventually("the scope to be narrowed", within: .seconds(60)) { () -> Void? in
            let policies = try await site.client.list(.networkPolicies, in: site.namespace)
            let rule = policies.first?["spec"]?["ingress"]?.arrayValue?.first
            let selector = rule?["from"]?.arrayValue?.first?["namespaceSelector"]?["matchLabels"]
            let isNarrow = selector?["kubernetes.io/metadata.name"] == .string(namespace)
            let aliases = try await aliases()
            return isNarrow && aliases == ["mail-a"] ? () : nil
        }
    }
}
