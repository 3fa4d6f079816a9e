/// What the objects around the webhook's certificate are called.
public struct WebhookNames: Sendable, Hashable {
    /// Where the manager and the admission servers live.
    public var namespace: String
    /// The Service by which the API server calls the admission servers.
    public var service: String
    /// The Secret with the serving certificate, which the admission servers mount.
    public var servingSecret: String
    /// The Secret with the authority's key, which nobody mounts.
    public var authoritySecret: String
    /// The ValidatingWebhookConfiguration; the `caBundle` of all its webhooks is looked after.
    public var webhookConfiguration: String
    /// The cluster's DNS domain.
    public var clusterDomain: String
    /// More names that the certificate is for, such as the host of a `url:` in the webhook configuration.
    public var additionalDNSNames: [String]

    /// The names that the manifests use.
    public init(
        namespace: String = "tproxy-system",
        service: String = "tproxy-admission",
        servingSecret: String = "tproxy-admission-tls",
        authoritySecret: String = "tproxy-admission-ca",
        webhookConfiguration: String = "tproxy-admission",
        clusterDomain: String = "cluster.local",
        additionalDNSNames: [String] = []
    ) {
        self.namespace = namespace
        self.service = service
        self.servingSecret = servingSecret
        self.authoritySecret = authoritySecret
        self.webhookConfiguration = webhookConfiguration
        self.clusterDomain = clusterDomain
        self.additionalDNSNames = additionalDNSNames
    }

    /// What the certificate is for. The API server calls a Service by the first of these.
    public var dnsNames: [String] {
        let host = "\(service).\(namespace).svc"
        return [host, "\(host).\(clusterDomain)"] + additionalDNSNames
    }
}
