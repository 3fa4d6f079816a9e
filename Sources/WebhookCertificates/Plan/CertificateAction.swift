import TLS

/// What to do next; at most one write, for after each everything is looked at again.
enum CertificateAction: Sendable, Hashable {
    /// Nothing until the plan's time to wake, or until one of the objects changes.
    case wait
    /// Write the authority's Secret.
    case writeAuthority(AuthorityDraft)
    /// Put these authorities into the webhook configuration.
    case publish([CertificateFacts])
    /// Make a serving certificate and write the serving Secret.
    case issueLeaf(signer: Signer, validity: CertificateValidity, bundle: [CertificateFacts])
    /// Leave the serving certificate as it is, and write what stands beside it.
    case tidyServing(bundle: [CertificateFacts])
    /// Delete a Secret that can't be changed, to write it anew.
    case delete(WebhookSecret)
}

/// The two Secrets.
enum WebhookSecret: Sendable, Hashable {
    case authority
    case serving
}
