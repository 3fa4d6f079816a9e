import DestinationModel
import ObjectModel

/// Is every Destination looked at before it is kept, and by our admission server?
///
/// What the configuration says is read; what the API server does is tried.
struct WebhookCheck {
    static let webhookName = "destinations.\(DestinationResource.group)"
    /// How many seconds a server may take until it knows all Destinations, as for the alert.
    private static let longestListing = 300.0
    private static let install = "kubectl apply -k manifests"

    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var name: String { facts.scope.webhookConfiguration }
    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Webhook", "a good resource passes, a faulty one is refused")
        // Nothing is asked about resources that nobody knows; the definition's check says that.
        if case .failure(let error) = facts.destinations, error.code == .unknownKind { return unasked(section) }
        readConfiguration(&section)
        judgePods(&section)
        tryResources(&section)
        return section
    }

    private func unasked(_ section: CheckSection) -> CheckSection {
        var section = section
        section.summary = "nothing to ask about before there is the definition"
        readConfiguration(&section)
        return section
    }

    private func readConfiguration(_ section: inout CheckSection) {
        switch facts.webhook {
        case .success(let configuration): judge(configuration, &section)
        case .failure(let error) where error.code == .notFound:
            section.find(
                .admissionOpen,
                "there is no webhook: the ValidatingWebhookConfiguration \(name) is missing",
                mend: Self.install
            )
        case .failure: _ = section.take(facts.webhook, "get validatingwebhookconfigurations")
        }
    }

    private func judge(_ configuration: ObjectValue, _ section: inout CheckSection) {
        let webhooks = configuration["webhooks"]?.arrayValue ?? []
        guard let webhook = webhooks.first(where: { $0["name"] == .string(Self.webhookName) }) else {
            section.find(
                .admissionOpen,
                "\(name) isn't ours: it has no webhook \(Self.webhookName)",
                mend: Self.install
            )
            return
        }
        if webhook["failurePolicy"] == .string("Ignore") {
            section.find(
                .admissionOpen,
                "the webhook fails open: while no admission server answers, faulty resources are let in",
                mend: "kubectl patch validatingwebhookconfiguration \(name) --type=json "
                    + #"-p '[{"op":"replace","path":"/webhooks/0/failurePolicy","value":"Fail"}]'"#
            )
        }
        let rules = webhook["rules"]?.arrayValue ?? []
        let isAsked = ["CREATE", "UPDATE"].allSatisfy { operation in
            rules.contains { rule in
                Self.has(rule["resources"], "destinations") && Self.has(rule["operations"], operation)
                    && Self.has(rule["apiGroups"], DestinationResource.group)
            }
        }
        if !isAsked {
            section.find(
                .admissionOpen,
                "the webhook isn't asked about every new or changed Destination",
                mend: Self.install
            )
        }
        judge(client: webhook["clientConfig"], &section)
    }

    private func judge(client: ObjectValue?, _ section: inout CheckSection) {
        if let service = client?["service"] {
            let place = (service["namespace"]?.stringValue ?? "", service["name"]?.stringValue ?? "")
            if place != (namespace, ServerPod.Server.admission.rawValue) {
                section.find(
                    .admissionOpen,
                    "\(name) isn't ours: it leads to the Service \(place.0)/\(place.1), not to "
                        + "\(namespace)/\(ServerPod.Server.admission.rawValue)",
                    mend: Self.install
                )
            }
        }
        if (client?["caBundle"]?.stringValue ?? "").isEmpty {
            section.find(
                .admissionNotTrusted,
                "the webhook has no caBundle, so the API server trusts no admission server",
                mend: "kubectl get lease -n \(namespace) \(CheckScope.lease)   # the manager puts it in; does one lead?"
            )
        }
        let admissions = (try? facts.pods.get())?.of(.admission) ?? []
        // By a URL it may run anywhere.
        if client?["service"] != nil, (try? facts.pods.get()) != nil, !admissions.contains(where: \.isReady) {
            let trouble = admissions.compactMap(\.trouble).first.map { ": \($0)" } ?? ""
            section.find(
                .admissionDown,
                "no admission server is ready\(trouble)",
                mend: "kubectl describe pods -n \(namespace) -l app.kubernetes.io/name=tproxy-admission"
            )
        }
    }

    /// What one server of several doesn't do, the others do.
    private func judgePods(_ section: inout CheckSection) {
        let pods = ((try? facts.pods.get()) ?? []).of(.admission)
        guard pods.contains(where: \.isReady) else { return }
        for pod in pods where !pod.isReady {
            section.find(
                .serverDown,
                "the admission server \(pod.name) isn't ready" + (pod.trouble.map { ": \($0)" } ?? ""),
                mend: "kubectl describe pod -n \(namespace) \(pod.name)"
            )
        }
        for pod in pods {
            guard let metrics = try? facts.admissions[pod.name]?.get(),
                metrics.sum("tproxy_admission_destinations_complete") == 0,
                pod.age(at: facts.time).map({ $0 > Self.longestListing }) ?? false
            else { continue }
            section.find(
                .admissionIncomplete,
                "the admission server \(pod.name) doesn't know all Destinations, so it can't tell whether two claim one "
                    + "Service",
                mend: "kubectl auth can-i list destinations -A "
                    + "--as system:serviceaccount:\(namespace):\(ServerPod.Server.admission.rawValue)"
            )
        }
    }

    private static func has(_ list: ObjectValue?, _ word: String) -> Bool {
        list?.arrayValue?.contains { $0 == .string(word) || $0 == .string("*") } == true
    }

    // MARK: What the API server does

    private func tryResources(_ section: inout CheckSection) {
        switch facts.probes.invalid {
        case .refusedByUs: break
        case .accepted:
            section.find(
                .admissionOpen,
                "a faulty resource is let in: nobody looks at Destinations",
                mend: Self.install
            )
        case .refused(let words):
            section.find(
                .admissionOpen,
                "a faulty resource is refused, and not by our webhook: \(words)",
                mend: "kubectl get validatingwebhookconfigurations,mutatingwebhookconfigurations"
            )
        case .notAsked(let words): unreachable(words, &section)
        case .unknown(let error): gap(error, &section)
        }
        switch facts.probes.valid {
        case .accepted: break
        case .refusedByUs(let words), .refused(let words):
            section.find(
                .admissionErrors,
                "a resource with nothing wrong is refused: \(words)",
                mend: "kubectl logs -n \(namespace) -l app.kubernetes.io/name=tproxy-admission"
            )
        case .notAsked(let words): unreachable(words, &section)
        case .unknown(let error): gap(error, &section)
        }
    }

    private func unreachable(_ words: String, _ section: inout CheckSection) {
        let isCertificate = words.contains("x509") || words.contains("certificate")
        let finding =
            isCertificate
            ? CheckFinding(
                .admissionNotTrusted,
                "the API server doesn't trust the admission server: \(Self.cause(words))",
                mend: "kubectl get lease -n \(namespace) \(CheckScope.lease)   # the manager mends it; does one lead?"
            )
            : CheckFinding(
                .admissionDown,
                "the API server doesn't reach the admission server: \(Self.cause(words))",
                mend: "kubectl get pods,endpoints -n \(namespace) -l app.kubernetes.io/name=tproxy-admission"
            )
        // Both resources meet the same.
        if !section.findings.contains(where: { $0.code == finding.code }) { section.findings.append(finding) }
    }

    /// The last words of a chain of causes, which are the ones that matter; names and paths before them are known.
    private static func cause(_ words: String) -> String {
        for mark in ["tls: ", "x509: ", "dial tcp ", "service \"", "context deadline"] {
            if let range = words.firstRange(of: mark) { return String(words[range.lowerBound...]) }
        }
        return words
    }

    private func gap(_ error: KubectlError, _ section: inout CheckSection) {
        let gap = CheckGap("create destinations, to try the webhook (nothing is kept)", error)
        if !section.gaps.contains(gap) { section.gaps.append(gap) }
    }
}
