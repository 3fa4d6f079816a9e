import TLS

@testable import WebhookCertificates

/// The three objects as an API server keeps them: every write counts up the version, and one that was made from
/// another version is refused.
struct Store {
    private(set) var objects = CertificateObservation()
    private(set) var writes = 0
    private var version = 0

    mutating func nextVersion() -> String {
        version += 1
        return "\(version)"
    }

    /// Returns whether the write found what it expected.
    mutating func apply(_ write: CertificateWrite) -> Bool {
        switch write {
        case .secret(let write):
            let found = write.secret == .authority ? objects.authority : objects.serving
            guard found?.resourceVersion == write.resourceVersion, found?.isImmutable != true else { return false }
            var content = found ?? SecretContent(resourceVersion: "")
            for (key, value) in write.data { content.data[key] = value }
            for (key, value) in write.annotations { content.annotations[key] = value }
            content.labels.merge(write.labels) { _, new in new }
            put(content, as: write.secret)
        case .publish(let write):
            guard var webhook = objects.webhook, webhook.resourceVersion == write.resourceVersion else { return false }
            webhook.bundles = webhook.bundles.map { _ in write.bundle }
            webhook.annotations.merge(write.annotations) { _, new in new }
            webhook.resourceVersion = nextVersion()
            objects.webhook = webhook
        case .delete(let secret, let version):
            let found = secret == .authority ? objects.authority : objects.serving
            guard found?.resourceVersion == version else { return false }
            put(nil, as: secret)
        }
        writes += 1
        return true
    }

    /// Puts an object there as a person would, by hand.
    mutating func put(_ content: SecretContent?, as secret: WebhookSecret) {
        var content = content
        content?.resourceVersion = nextVersion()
        switch secret {
        case .authority: objects.authority = content
        case .serving: objects.serving = content
        }
    }

    mutating func put(_ webhook: WebhookContent?) {
        var webhook = webhook
        webhook?.resourceVersion = nextVersion()
        objects.webhook = webhook
    }

    /// Creates the webhook configuration as the manifests do.
    mutating func install(annotations: [String: String] = [:]) {
        put(WebhookContent(resourceVersion: "", annotations: annotations, bundles: [[], []]))
    }
}
