import ObjectModel
import Testing

/// The restricted profile of Kubernetes' Pod Security Standards, which the namespace demands.
@Suite("The pods")
struct RestrictedPodTests {
    static func pods() throws -> [(name: String, spec: ObjectValue)] {
        try Manifest.base().compactMap { manifest in
            manifest.pod?["spec"].map { (manifest.name, $0) }
        }
    }

    @Test("The namespace demands the profile")
    func namespace() throws {
        let labels = try Manifest.base("Namespace", "tproxy-system")[path: "metadata", "labels"]
        for mode in ["enforce", "audit", "warn"] {
            #expect(labels?["pod-security.kubernetes.io/\(mode)"] == .string("restricted"))
        }
    }

    @Test("Pods share nothing with their node, and run as somebody who is nobody")
    func pods() throws {
        let pods = try Self.pods()
        #expect(pods.count == 3)
        for (name, spec) in pods {
            for field in ["hostNetwork", "hostPID", "hostIPC"] { #expect(spec[field] == nil, "\(name)") }
            let context = spec["securityContext"]
            #expect(context?["runAsNonRoot"] == .bool(true), "\(name)")
            #expect(context?["runAsUser"] == .integer(65532), "\(name)")
            #expect(context?["runAsGroup"] == .integer(65532), "\(name)")
            #expect(context?[path: "seccompProfile", "type"] == .string("RuntimeDefault"), "\(name)")
            let volumes = Set(spec.items("volumes").flatMap { $0.objectValue?.keys.filter { $0 != "name" } ?? [] })
            #expect(volumes.isSubset(of: ["configMap", "secret", "emptyDir", "projected"]), "\(name)")
        }
    }

    @Test("Containers can gain nothing and write nowhere")
    func containers() throws {
        for (name, spec) in try Self.pods() {
            let containers = spec.items("containers") + spec.items("initContainers")
            #expect(!containers.isEmpty)
            for container in containers {
                let context = container["securityContext"]
                #expect(context?["allowPrivilegeEscalation"] == .bool(false), "\(name)")
                #expect(context?["privileged"] != .bool(true), "\(name)")
                #expect(context?["readOnlyRootFilesystem"] == .bool(true), "\(name)")
                #expect(context?["runAsNonRoot"] == .bool(true), "\(name)")
                #expect(context?[path: "capabilities", "drop"] == .array([.string("ALL")]), "\(name)")
                #expect(context?[path: "capabilities", "add"] == nil, "\(name)")
                #expect(container.items("ports").allSatisfy { $0["hostPort"] == nil }, "\(name)")
                #expect(container.items("volumeMounts").allSatisfy { $0["readOnly"] == .bool(true) }, "\(name)")
                #expect(container[path: "resources", "limits", "memory"] != nil, "\(name)")
                #expect(container[path: "resources", "requests", "cpu"] != nil, "\(name)")
            }
        }
    }

    @Test("Only the pods have the token of an account, not what else may use it")
    func tokens() throws {
        for (name, spec) in try Self.pods() {
            let account = try #require(spec["serviceAccountName"]?.stringValue)
            #expect(account == name)
            #expect(spec["automountServiceAccountToken"] == .bool(true))
            #expect(try Manifest.base("ServiceAccount", account)["automountServiceAccountToken"] == .bool(false))
        }
    }
}
