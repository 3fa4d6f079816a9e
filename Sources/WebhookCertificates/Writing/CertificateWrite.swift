import TLS

/// One change to one object. It succeeds only if the object is still what the plan was made from.
enum CertificateWrite: Sendable, Hashable {
    case secret(SecretWrite)
    case publish(BundleWrite)
    case delete(WebhookSecret, resourceVersion: String)
}

/// What a Secret of ours is to hold. Holds secrets: prints as `<redacted>`.
struct SecretWrite: Sendable, Hashable, CustomStringConvertible, CustomReflectable {
    let secret: WebhookSecret
    /// The version that must still be there; `nil`: there must be none.
    let resourceVersion: String?
    /// `nil` takes a key away; keys that aren't named stay as they are.
    let data: [String: [UInt8]?]
    /// As with the data.
    let annotations: [String: String?]
    let labels: [String: String]

    var description: String { "<redacted>" }
    var customMirror: Mirror { Mirror(self, children: []) }
}

/// What the webhook configuration is to hold.
struct BundleWrite: Sendable, Hashable {
    let resourceVersion: String
    /// For every webhook.
    let bundle: [UInt8]
    let annotations: [String: String]
}
