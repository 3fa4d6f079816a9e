/// All that decides what is to be done next. `nil`: there is no such object.
struct CertificateObservation: Sendable, Hashable {
    /// The Secret with the authority's key.
    var authority: SecretContent?
    /// The Secret with the serving certificate.
    var serving: SecretContent?
    /// The webhook configuration.
    var webhook: WebhookContent?

    /// Puts an observation together.
    init(authority: SecretContent? = nil, serving: SecretContent? = nil, webhook: WebhookContent? = nil) {
        self.authority = authority
        self.serving = serving
        self.webhook = webhook
    }
}
