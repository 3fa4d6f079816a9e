import ArgumentParser
import WebhookCertificates

/// What the objects around the webhook's certificate are called, and, for tests, how long certificates live.
struct CertificateOptions: ParsableArguments, Sendable {
    @Option(help: ArgumentHelp("The admission servers' Service.", valueName: "NAME"))
    var serviceName = "tproxy-admission"

    @Option(help: ArgumentHelp("The Secret of the serving certificate.", valueName: "NAME"))
    var servingSecret = "tproxy-admission-tls"

    @Option(help: ArgumentHelp("The Secret of the authority's key; mount it nowhere.", valueName: "NAME"))
    var authoritySecret = "tproxy-admission-ca"

    @Option(help: ArgumentHelp("The ValidatingWebhookConfiguration.", valueName: "NAME"))
    var webhookConfiguration = "tproxy-admission"

    @Option(
        help: ArgumentHelp("One more host name that the certificate is for; may be repeated.", valueName: "HOST")
    )
    var dnsName: [String] = []

    @Option(help: .hidden)
    var authorityLifetime = CertificatePolicy.standard.authorityLifetime

    @Option(help: .hidden)
    var leafLifetime = CertificatePolicy.standard.leafLifetime

    @Option(help: .hidden)
    var bundlePropagation = CertificatePolicy.standard.bundlePropagation

    @Option(help: .hidden)
    var leafPropagation = CertificatePolicy.standard.leafPropagation

    func validate() throws {
        do {
            _ = try policy()
        } catch {
            throw ValidationError("\(error)")
        }
    }

    func policy() throws(CertificatePolicyError) -> CertificatePolicy {
        try CertificatePolicy(
            authorityLifetime: authorityLifetime,
            leafLifetime: leafLifetime,
            bundlePropagation: bundlePropagation,
            leafPropagation: leafPropagation
        )
    }

    func names(namespace: String, clusterDomain: String) -> WebhookNames {
        WebhookNames(
            namespace: namespace,
            service: serviceName,
            servingSecret: servingSecret,
            authoritySecret: authoritySecret,
            webhookConfiguration: webhookConfiguration,
            clusterDomain: clusterDomain,
            additionalDNSNames: dnsName
        )
    }
}
