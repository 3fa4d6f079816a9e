import Configuration
import ObjectModel
import Testing

@Suite("The relay as it is installed")
struct RelayTests {
    private func container() throws -> ObjectValue {
        let deployment = try Manifest.base("Deployment", "tproxy-relay")
        return try #require(deployment[path: "spec", "template", "spec"]?.item("containers", named: "relay"))
    }

    /// The seconds of an option such as `--grace-period=25`.
    private func seconds(_ option: String) throws -> Int {
        let argument = try #require(try container().texts("args").first { $0.hasPrefix(option + "=") })
        return try #require(Int(argument.dropFirst(option.count + 1)))
    }

    @Test("No relay goes before another is there, and none is killed while it drains")
    func draining() throws {
        let spec = try #require(Manifest.base("Deployment", "tproxy-relay")["spec"])
        #expect(spec[path: "strategy", "rollingUpdate", "maxUnavailable"] == .integer(0))
        let patience = try #require(spec[path: "template", "spec", "terminationGracePeriodSeconds"]?.integerValue)
        #expect(try seconds("--shutdown-delay") >= 10)
        #expect(try patience >= seconds("--shutdown-delay") + seconds("--grace-period") + 5)
    }

    @Test("It may read the Secrets that the configuration names, and no others")
    func secrets() throws {
        let map = try Manifest.base("ConfigMap", "tproxy-config")
        let text = try #require(map[path: "data", "config.yaml"]?.stringValue)
        let configuration = try ServerConfiguration(Array(text.utf8), file: "config.yaml")
        var named = Set([configuration.additionalCAs?.name].compactMap(\.self))
        for case .service(let binding, let privateKey) in configuration.instances.map(\.source) {
            named.formUnion([binding.name, privateKey?.name].compactMap(\.self))
        }
        let rules = try Manifest.base("Role", "tproxy-relay").items("rules")
        let rule = try #require(rules.first { $0.texts("resources") == ["secrets"] })
        #expect(Set(rule.texts("resourceNames")) == named)
        #expect(!named.isEmpty)
    }

    @Test("Linkerd's proxy waits for no client to speak first on the relay's ports")
    func opaquePorts() throws {
        let map = try Manifest.base("ConfigMap", "tproxy-config")
        let text = try #require(map[path: "data", "config.yaml"]?.stringValue)
        let range = try ServerConfiguration(Array(text.utf8), file: "config.yaml").relayPorts
        let annotations = try Manifest.base("Deployment", "tproxy-relay")[
            path: "spec",
            "template",
            "metadata",
            "annotations"
        ]
        #expect(annotations?["config.linkerd.io/opaque-ports"] == .string("\(range.lowerBound)-\(range.upperBound)"))
    }

    @Test("Applications get in by the manager's policies alone, mail gets out")
    func network() throws {
        let spec = try #require(Manifest.base("NetworkPolicy", "tproxy-relay")["spec"])
        #expect(spec.items("ingress").flatMap { $0.items("ports") }.map { $0["port"] } == [.integer(9494)])
        let open = Set(spec.items("egress").flatMap { $0.items("ports") }.compactMap { $0["port"]?.integerValue })
        #expect(open == [53, 443, 465, 587, 5353, 6443, 8053])
        let metrics = try #require(container().item("ports", named: "metrics"))
        #expect(metrics["containerPort"] == .integer(9494))
        // The manager asks each relay there.
        let toRelays = try Manifest.base("NetworkPolicy", "tproxy-manager").items("spec", "egress").first { rule in
            rule.items("to").contains {
                $0[path: "podSelector", "matchLabels", "app.kubernetes.io/name"] == .string("tproxy-relay")
            }
        }
        #expect(toRelays?.items("ports").map { $0["port"] } == [.integer(9494)])
    }
}
