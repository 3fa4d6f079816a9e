import Configuration
import DestinationModel
import DestinationSources
import ObjectModel
import TestSupport
import Testing

@Suite("The components and the Secrets that they need")
struct ComponentTests {
    private static let directory = "manifests/components/directory-destinations"

    /// The patches of a component, by the kind of what they change.
    private func patches(_ folder: String) throws -> [String: ObjectValue] {
        let kustomization = try Manifest.read("\(folder)/kustomization.yaml")[0].object
        let files = kustomization.items("patches").compactMap { $0["path"]?.stringValue }
        let patches = try files.map { try Manifest.read("\(folder)/\($0)")[0] }
        return Dictionary(uniqueKeysWithValues: patches.map { ($0.kind, $0.object) })
    }

    @Test("Each changes what the base has, by its name")
    func targets() throws {
        let folders = try Repository.files(below: "manifests/components").filter { $0.hasSuffix("kustomization.yaml") }
            .map { String($0.dropLast("/kustomization.yaml".count)) }
        #expect(folders.count == 6)
        for folder in folders {
            #expect(try Manifest.read("\(folder)/kustomization.yaml")[0].kind == "Component")
            for (kind, patch) in try patches(folder) {
                let name = try #require(patch[path: "metadata", "name"]?.stringValue)
                _ = try Manifest.base(kind, name)
            }
        }
    }

    @Test("the client certificate's component adds an option to the base's, and mounts the file that it names")
    func clientCertificate() throws {
        func container(_ deployment: ObjectValue?) throws -> ObjectValue {
            try #require(deployment?[path: "spec", "template", "spec"]?.item("containers", named: "admission"))
        }
        let base = try container(Manifest.base("Deployment", "tproxy-admission"))
        let patch = try patches("manifests/components/admission-client-certificate")["Deployment"]
        let changed = try container(patch)
        #expect(changed.texts("args").starts(with: base.texts("args")))
        let added = Array(changed.texts("args").dropFirst(base.texts("args").count))
        #expect(added.first == "--client-ca-file")
        let mount = try #require(changed.items("volumeMounts").first)
        #expect(added.last == "\(mount["mountPath"]?.stringValue ?? "")/ca.crt")
        let volume = patch?[path: "spec", "template", "spec"]?.items("volumes").first
        #expect(volume?["name"] == mount["name"])
    }

    @Test("the ingress component opens the base's port, and no more")
    func ingress() throws {
        let rules =
            try patches("manifests/components/admission-ingress")["NetworkPolicy"]?.items("spec", "ingress") ?? []
        let base = try Manifest.base("NetworkPolicy", "tproxy-admission").items("spec", "ingress")
        #expect(rules.map { $0["ports"] } == base.map { $0["ports"] })
        #expect(rules.allSatisfy { !$0.items("from").isEmpty })
    }

    @Test("the egress component's policies select pods of the base")
    func egress() throws {
        let policies = try Manifest.read("manifests/components/egress-ports/network.yaml").map(\.object)
        let pods = try ["relay", "manager", "admission"].map { name in
            let deployment = try Manifest.base("Deployment", "tproxy-\(name)")
            return try #require(deployment[path: "spec", "template", "metadata", "labels"]?.objectValue)
        }
        let selected = policies.map { policy in
            let wanted = policy[path: "spec", "podSelector", "matchLabels"]?.objectValue ?? [:]
            return pods.count { labels in wanted.allSatisfy { labels[$0.key] == $0.value } }
        }
        #expect(selected == [1, 3])
        #expect(policies.allSatisfy { $0[path: "spec", "policyTypes"] == .array([.string("Egress")]) })
    }

    @Test("The autoscaler counts a metric that relays have")
    func autoscaling() throws {
        let patch = try patches("manifests/components/autoscaling-on-connections")["HorizontalPodAutoscaler"]
        let metrics = patch?.items("spec", "metrics") ?? []
        #expect(
            metrics.map { $0[path: "pods", "metric", "name"] } == [.string("tp_open_tcp_connections")]
        )
    }

    @Test("The instance is the folder that is mounted, and every tenant of the samples has a destination in it")
    func directoryDestinations() throws {
        let patches = try patches(Self.directory)
        let text = try #require(patches["ConfigMap"]?[path: "data", "config.yaml"]?.stringValue)
        let configuration = try ServerConfiguration(Array(text.utf8), file: "config.yaml")
        let instance = try #require(configuration.instances.first)
        #expect(configuration.instances.count == 1 && configuration.defaultInstance == instance.name)
        let pod = try #require(patches["Deployment"]?[path: "spec", "template", "spec"])
        let mount = try #require(pod.items("containers").first?.items("volumeMounts").first)
        #expect(instance.source == .directory(try #require(mount["mountPath"]?.stringValue)))

        let volume = try #require(pod.items("volumes").first { $0["name"] == mount["name"] })
        let secret = try Manifest.read("manifests/samples/secrets/destinations.yaml")[0]
        #expect(volume[path: "secret", "secretName"] == .string(secret.name))
        let contents = try #require(secret.object["stringData"]?.objectValue)
        var paths: Set<String> = []
        for item in volume.items("secret", "items") {
            let key = try #require(item["key"]?.stringValue)
            let json = try #require(contents[key]?.stringValue, "\(key) is in the Secret")
            let destination = try MailDestination(json: json.utf8)
            paths.insert(try #require(item["path"]?.stringValue))
            #expect(item["path"]?.stringValue?.hasSuffix("\(destination.name).json") == true)
        }
        #expect(paths.count == contents.count)
        #expect(
            paths == [
                "example-dest-smtps.json", "tenant-subdomain/example-dest-smtps.json",
                "another-tenant-subdomain/example-dest-smtps.json",
            ]
        )
        #expect(
            try Repository.text("manifests/samples/destination-multitenant.yaml")
                .contains(#"["tenant-subdomain", "another-tenant-subdomain"]"#)
        )
    }

    @Test(
        "Both forms of a binding can be read, and have the name that the configuration has",
        arguments: [
            "binding-single-key", "binding-multi-key",
        ]
    )
    func bindings(file: String) throws {
        let secret = try Manifest.read("manifests/samples/secrets/\(file).yaml")[0]
        let map = try Manifest.base("ConfigMap", "tproxy-config")
        let text = try #require(map[path: "data", "config.yaml"]?.stringValue)
        #expect(text.contains("secretName: \(secret.name)\n") || text.hasSuffix("secretName: \(secret.name)"))
        let contents = try #require(secret.object["stringData"]?.objectValue)
        let data = contents.compactMapValues { $0.stringValue.map { Array($0.utf8) } }
        let binding = try ServiceBinding(secret: secret.name, data: data)
        #expect(binding.clientID == "the-client-id")
    }
}
