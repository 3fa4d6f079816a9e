import WebhookCertificates

extension WebhookCertificateDuty: Duty {
    var name: String { "webhook certificate" }
}
