/// A ValidatingWebhookConfiguration as it was read.
struct WebhookContent: Sendable, Hashable {
    /// The version that a write must find again.
    var resourceVersion: String
    /// `metadata.annotations`.
    var annotations: [String: String]
    /// The `caBundle` of each webhook, decoded; empty where there is none or where it is no Base64.
    var bundles: [[UInt8]]

    /// Puts a configuration together.
    init(resourceVersion: String, annotations: [String: String] = [:], bundles: [[UInt8]]) {
        self.resourceVersion = resourceVersion
        self.annotations = annotations
        self.bundles = bundles
    }

    var isOfCertManager: Bool {
        Marks.certManagerInjections.contains { annotations[$0] != nil }
    }
}
