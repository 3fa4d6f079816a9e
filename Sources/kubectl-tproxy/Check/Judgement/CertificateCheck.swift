import FoundationEssentials
import ObjectModel

/// How long will the webhook's certificates last?
///
/// The authorities are in the webhook's configuration. The serving certificate is in a Secret, which nobody reads for
/// this: the manager that leads says when it ends.
struct CertificateCheck {
    /// The manager renews a month before the end; less than this means that it has failed to for two weeks.
    private static let least = 14.0 * 86_400

    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var mend: String {
        "kubectl logs -n \(facts.scope.systemNamespace) -l app.kubernetes.io/name=tproxy-manager --tail=-1 "
            + "| grep -i certificate"
    }

    var section: CheckSection {
        var section = CheckSection("Certificate", "lasts")
        let ends = authorityEnds + servingEnds
        for (what, end) in ends where end.timeIntervalSince(facts.time) < Self.least {
            let rest = end.timeIntervalSince(facts.time)
            let when =
                rest < 0
                ? "ended \(Age.text(seconds: Int(-rest))) ago" : "ends in \(Age.text(seconds: Int(rest)))"
            section.find(.certificateExpires, "the webhook's \(what) \(when)", mend: mend)
        }
        if let first = ends.map(\.end).min() {
            section.summary = "lasts \(Age.text(seconds: Int(first.timeIntervalSince(facts.time))))"
        } else {
            section.rest("nothing to look at")
        }
        return section
    }

    private typealias End = (what: String, end: Date)

    /// The authority that lasts longest: an old one stays in for a while beside its successor.
    private var authorityEnds: [End] {
        guard let webhooks = (try? facts.webhook.get())?["webhooks"]?.arrayValue else { return [] }
        let bundle = webhooks.first?["clientConfig"]?["caBundle"]?.stringValue ?? ""
        let ends = CertificateEnd.all(inBundle: bundle)
        return ends.max().map { [("certificate authority", $0)] } ?? []
    }

    private var servingEnds: [End] {
        facts.managers.values.compactMap { try? $0.get() }.filter(\.isLeading).flatMap { page in
            page.metrics["tproxy_manager_webhook_certificate_expiry_timestamp_seconds"]
                .filter { $0.label == "serving" }
                .map { ("serving certificate", Date(timeIntervalSince1970: $0.value)) }
        }
    }
}
