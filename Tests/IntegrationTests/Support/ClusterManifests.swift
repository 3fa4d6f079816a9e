import FoundationEssentials
import ObjectModel
import TestSupport
import YAML

/// The project's manifests, as far as the tests' API server can take them.
///
/// This, and the overlays for a whole cluster, are the only places where tests change what is installed. There are no
/// pods at a bare API server and no cluster DNS, so it calls the webhook by URL instead of through a Service, with the
/// tests' own authority; and one API server serves many tests, so each webhook configuration is narrowed to the
/// namespaces of its test. All else stays as it is: what a server is too old for, it drops by itself.
enum ClusterManifests {
    /// What is applied as it is.
    static let namespace = Repository.path("manifests/namespace.yaml")
    static let definition = Repository.path("manifests/crd.yaml")
    static let roles = Repository.path("manifests/admission/rbac.yaml")
    static let samples = Repository.path("manifests/samples")
    /// What is applied as a whole, by ``known(_:apiVersions:)``.
    static let base = Repository.path("manifests")
    /// What is applied to a whole cluster, and to one before Kubernetes 1.23.
    static let overlay = Repository.path("Tests/IntegrationTests/Cluster/Overlays/today")
    static let oldOverlay = Repository.path("Tests/IntegrationTests/Cluster/Overlays/before-1.23")

    /// A manifest lacks what was to be replaced in it.
    struct Mismatch: Error {
        let missing: String
    }

    /// The webhook configuration for a server of a test's own, as JSON.
    ///
    /// - Parameters:
    ///   - name: what the configuration is called, and the value of the label `ControlPlane.webhookLabel` of the
    ///     namespaces that it concerns.
    ///   - server: where the server is, such as `https://127.0.0.1:8443`. The path is the manifest's.
    ///   - authority: the PEM text of its authority's certificate.
    static func webhookConfiguration(name: String, server: String, authority: String) throws -> String {
        let text = try Repository.text("manifests/admission/webhook.yaml")
        var configuration = try ObjectDocument(Self.only(YAML.documents(in: text), "one document")).value
        try configuration.change("metadata") { try $0.replace("name", with: .string(name)) }
        try configuration.change("webhooks") { webhooks in
            guard case .array(let items) = webhooks else { throw Mismatch(missing: "list of webhooks") }
            var webhook = try Self.only(items, "one webhook")
            try webhook.change("clientConfig") { client in
                guard case .string(let path) = client["service"]?["path"] else { throw Mismatch(missing: "path") }
                try client.remove("service")
                try client.add("url", .string(server + path))
                try client.add("caBundle", .string(Data(authority.utf8).base64EncodedString()))
            }
            try webhook.add(
                "namespaceSelector",
                .object(["matchLabels": .object([ControlPlane.webhookLabel: .string(name)])])
            )
            webhooks = .array([webhook])
        }
        return String(decoding: configuration.json(), as: UTF8.self)
    }

    /// The objects of the base as the server can take them.
    ///
    /// The webhook's configuration concerns no namespace that there is, for no server answers it. It comes without its
    /// conditions: an old server drops them, and what is dropped would be applied again each time.
    static func known(_ objects: [ObjectValue], apiVersions: Set<String>) throws -> [ObjectValue] {
        try objects.map { object in
            var object = object
            guard case .string(let version) = object["apiVersion"] else { throw Mismatch(missing: "apiVersion") }
            if !apiVersions.contains(version), let older = Self.olderVersions[version] {
                try object.replace("apiVersion", with: .string(older))
            }
            // A server before Kubernetes 1.21 drops it, or has no other policy.
            if object["spec"]?["ipFamilyPolicy"] != nil, !apiVersions.contains("discovery.k8s.io/v1") {
                try object.change("spec") { try $0.remove("ipFamilyPolicy") }
            }
            guard object["kind"] == .string("ValidatingWebhookConfiguration") else { return object }
            try object.change("webhooks") { webhooks in
                guard case .array(let items) = webhooks else { throw Mismatch(missing: "list of webhooks") }
                var webhook = try Self.only(items, "one webhook")
                try webhook.remove("matchConditions")
                try webhook.add(
                    "namespaceSelector",
                    .object(["matchLabels": .object([ControlPlane.webhookLabel: .string("none")])])
                )
                webhooks = .array([webhook])
            }
            return object
        }
    }

    /// What servers before Kubernetes 1.21 or 1.23 have in place of a version. The fields that the manifests use are the
    /// same.
    private static let olderVersions = ["policy/v1": "policy/v1beta1", "autoscaling/v2": "autoscaling/v2beta2"]

    private static func only<Element>(_ items: [Element], _ what: String) throws -> Element {
        guard let item = items.first, items.count == 1 else { throw Mismatch(missing: what) }
        return item
    }
}

extension ObjectValue {
    /// Changes a member that has to be there.
    fileprivate mutating func change(_ name: String, _ body: (inout ObjectValue) throws -> Void) throws {
        guard case .object(var members) = self, var member = members[name] else {
            throw ClusterManifests.Mismatch(missing: name)
        }
        try body(&member)
        members[name] = member
        self = .object(members)
    }

    fileprivate mutating func replace(_ name: String, with value: ObjectValue) throws {
        try self.change(name) { $0 = value }
    }

    fileprivate mutating func remove(_ name: String) throws {
        guard case .object(var members) = self, members.removeValue(forKey: name) != nil else {
            throw ClusterManifests.Mismatch(missing: name)
        }
        self = .object(members)
    }

    /// Adds a member that may not be there yet.
    fileprivate mutating func add(_ name: String, _ value: ObjectValue) throws {
        guard case .object(var members) = self, members.updateValue(value, forKey: name) == nil else {
            throw ClusterManifests.Mismatch(missing: "place for \(name)")
        }
        self = .object(members)
    }
}
