import ObjectModel
import TestSupport
import Testing

@Suite("What is installed")
struct InventoryTests {
    @Test("Every file of the base is listed, by its own name, and nothing else is")
    func files() throws {
        let kustomization = try Manifest.read("manifests/kustomization.yaml")[0].object
        // The kustomize in kubectl 1.20 reads these fields, and files only.
        #expect(kustomization.objectValue?.keys.sorted() == ["apiVersion", "kind", "resources"])
        let listed = kustomization.texts("resources").map { "manifests/\($0)" }
        let there = try Repository.files(below: "manifests").filter { file in
            file.hasSuffix(".yaml") && !file.hasSuffix("kustomization.yaml") && !file.hasPrefix("manifests/samples/")
                && !file.hasPrefix("manifests/components/") && !file.hasPrefix("manifests/monitoring/")
        }
        #expect(listed.sorted() == there)
    }

    @Test("The objects have the names that everybody relies on")
    func names() throws {
        let names = try Manifest.base().map { "\($0.kind) \($0.name)" }.sorted()
        #expect(
            names == [
                "ClusterRole tproxy-admission", "ClusterRole tproxy-manager",
                "ClusterRoleBinding tproxy-admission", "ClusterRoleBinding tproxy-manager", "ConfigMap tproxy-config",
                "CustomResourceDefinition destinations.destination.connectivity.api.sap",
                "Deployment tproxy-admission", "Deployment tproxy-manager", "Deployment tproxy-relay",
                "HorizontalPodAutoscaler tproxy-relay", "Namespace tproxy-system", "NetworkPolicy tproxy-admission",
                "NetworkPolicy tproxy-manager", "NetworkPolicy tproxy-relay", "PodDisruptionBudget tproxy-admission",
                "PodDisruptionBudget tproxy-manager", "PodDisruptionBudget tproxy-relay", "Role tproxy-manager",
                "Role tproxy-relay", "RoleBinding tproxy-manager", "RoleBinding tproxy-relay",
                "Service tproxy-admission", "ServiceAccount tproxy-admission", "ServiceAccount tproxy-manager",
                "ServiceAccount tproxy-relay", "ValidatingWebhookConfiguration tproxy-admission",
            ]
        )
    }

    @Test("Everything is labelled, and in the one namespace where it is in any")
    func places() throws {
        let clusterWide: Set = [
            "ClusterRole", "ClusterRoleBinding", "CustomResourceDefinition", "Namespace",
            "ValidatingWebhookConfiguration", "Kustomization",
        ]
        for manifest in try Manifest.base() + Manifest.listed(in: "manifests/components/cert-manager") {
            let metadata = manifest.object["metadata"]
            #expect(metadata?["labels"]?["app.kubernetes.io/part-of"] == .string("tproxy"), "\(manifest)")
            #expect(metadata?["labels"]?["app.kubernetes.io/name"]?.stringValue?.isEmpty == false, "\(manifest)")
            let isSomewhere = !clusterWide.contains(manifest.kind)
            #expect(metadata?["namespace"] == (isSomewhere ? .string("tproxy-system") : nil), "\(manifest)")
        }
    }

    @Test("No image names a registry, so that an overlay can")
    func images() throws {
        let images = try Manifest.base().compactMap(\.pod).flatMap { $0.items("spec", "containers") }
            .compactMap { $0["image"]?.stringValue }
        #expect(images == ["tproxy-admission:dev", "tproxy-manager:dev", "tproxy-relay:dev"])
    }
}
