/// By what objects of ours are known, and what is remembered in their annotations.
enum Marks {
    static let managedByLabel = "app.kubernetes.io/managed-by"
    static let managedBy = "tproxy-manager"
    /// On the webhook configuration: when its `caBundle` was last changed.
    static let publishedAt = "tproxy-manager/ca-bundle-published-at"
    /// On the authority's Secret: since when the authorities in `previous-ca.crt` aren't needed by what is in the
    /// serving Secret.
    static let previousSince = "tproxy-manager/previous-ca-since"

    static let certManagerInjections = [
        "cert-manager.io/inject-ca-from", "cert-manager.io/inject-ca-from-secret",
        "cert-manager.io/inject-apiserver-ca",
    ]
    static let certManagerCertificate = "cert-manager.io/certificate-name"
    static let certManagerGroup = "cert-manager.io/"
}

/// The keys of the two Secrets.
enum SecretKeys {
    static let leaf = "tls.crt"
    static let leafKey = "tls.key"
    /// In the serving Secret: who signed the leaf, for people and for tools; in the authority's Secret: who signs.
    static let authority = "ca.crt"
    static let authorityKey = "ca.key"
    static let next = "next-ca.crt"
    static let nextKey = "next-ca.key"
    static let previous = "previous-ca.crt"
}
