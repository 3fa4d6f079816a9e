import TLS

extension Situation {
    /// Why none of this is ours to change; `nil` where it is.
    func handsOffReason(_ names: WebhookNames) -> HandsOffReason? {
        if let webhook = observation.webhook, webhook.isOfCertManager { return .certManagerInjects }
        if let secret = observation.serving, secret.isOfCertManager {
            return .certManagerOwns(secret: names.servingSecret)
        }
        if let secret = observation.authority, secret.isOfCertManager {
            return .certManagerOwns(secret: names.authoritySecret)
        }
        // A key that someone brought must never be overwritten; what can't be read is nobody's.
        if let secret = observation.serving, let serving, !secret.isMarkedAsOurs {
            let ours = record.bundle.contains { serving.leaf.isSigned(by: $0) }
            if !ours { return .foreignCertificate(secret: names.servingSecret) }
        }
        if let secret = observation.authority, let active = record.active, !secret.isMarkedAsOurs {
            let ours = observation.serving?.isMarkedAsOurs == true && serving?.leaf.isSigned(by: active.facts) == true
            if !ours { return .foreignCertificate(secret: names.authoritySecret) }
        }
        return nil
    }
}
