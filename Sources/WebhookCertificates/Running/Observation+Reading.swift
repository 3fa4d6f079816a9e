import FoundationEssentials
import Kubernetes
import ObjectModel

extension SecretContent {
    /// Reads a Secret as the API server gives it.
    init(reading object: ObjectValue) {
        let metadata = object.metadata
        self.init(
            resourceVersion: metadata.resourceVersion,
            labels: metadata.labels,
            annotations: metadata.annotations,
            data: (object["data"]?.objectValue ?? [:]).mapValues { Base64.bytes($0.stringValue ?? "") },
            isImmutable: object["immutable"] == .bool(true),
            ownerAPIVersions: metadata.ownerReferences.map(\.apiVersion)
        )
    }
}

extension WebhookContent {
    /// Reads a webhook configuration as the API server gives it.
    init(reading object: ObjectValue) {
        let metadata = object.metadata
        self.init(
            resourceVersion: metadata.resourceVersion,
            annotations: metadata.annotations,
            bundles: (object["webhooks"]?.arrayValue ?? []).map {
                Base64.bytes($0["clientConfig"]?["caBundle"]?.stringValue ?? "")
            }
        )
    }
}

/// The form that bytes have in objects (RFC 4648 section 4).
enum Base64 {
    /// Empty for what is no Base64.
    static func bytes(_ text: String) -> [UInt8] {
        Data(base64Encoded: text).map { Array($0) } ?? []
    }

    static func text(_ bytes: [UInt8]) -> String {
        Data(bytes).base64EncodedString()
    }
}
