import Configuration

/// Can the servers read their configuration, and are the Secrets there that it names?
struct InstanceCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    private var namespace: String { facts.scope.systemNamespace }

    var section: CheckSection {
        var section = CheckSection("Instances", "configured")
        judgeConfiguration(&section)
        judgeRelays(&section)
        return section
    }

    private func judgeConfiguration(_ section: inout CheckSection) {
        let edit = "kubectl edit configmap -n \(namespace) \(CheckScope.configMap)"
        switch facts.configuration {
        case .success(.read(let configuration)):
            let names = configuration.instances.map(\.name)
            section.summary = names.isEmpty ? "none is configured" : names.joined(separator: ", ")
            if names.isEmpty {
                section.find(.destinationMissing, "no instance of the Destination service is configured", mend: edit)
            }
            for instance in configuration.instances { judge(instance, &section) }
            judgeAuthorities(configuration, &section)
        case .success(.faulty(let problem)):
            section.find(.configurationRejected, "the servers refuse their configuration: \(problem)", mend: edit)
        case .success(.absent):
            section.find(
                .configurationRejected,
                "the ConfigMap \(CheckScope.configMap) has no config.yaml",
                mend: "kubectl apply -k manifests"
            )
        case .failure(let error) where error.code == .notFound:
            section.find(
                .configurationRejected,
                "there is no configuration: the ConfigMap \(CheckScope.configMap) is missing in \(namespace)",
                mend: "kubectl apply -k manifests"
            )
        case .failure: _ = section.take(facts.configuration, "get configmaps in \(namespace)")
        }
    }

    private func judge(_ instance: DestinationInstance, _ section: inout CheckSection) {
        guard case .service(let binding, let privateKey) = instance.source else { return }
        let place = SecretPlace(binding, installNamespace: namespace)
        guard let keys = keys(of: place, for: "the instance \(instance.name)", &section) else { return }
        let missing = Self.missingKeys(keys, of: binding, hasPrivateKey: privateKey != nil)
        if !missing.isEmpty {
            section.find(
                .bindingUnusable,
                "the binding of \(instance.name), the Secret \(place.name), lacks \(missing.joined(separator: ", "))",
                mend: "kubectl get secret -n \(place.namespace) \(place.name) -o json | jq '.data | keys'"
            )
        }
        guard let privateKey else { return }
        let keyPlace = SecretPlace(privateKey, installNamespace: namespace)
        let keyKeys = self.keys(of: keyPlace, for: "the private key of \(instance.name)", &section)
        if let keyKeys, let key = privateKey.key, !keyKeys.contains(key) {
            section.find(
                .bindingUnusable,
                "the private key of \(instance.name), the Secret \(keyPlace.name), lacks \(key)",
                mend: "kubectl get secret -n \(keyPlace.namespace) \(keyPlace.name) -o json | jq '.data | keys'"
            )
        }
    }

    private func judgeAuthorities(_ configuration: ServerConfiguration, _ section: inout CheckSection) {
        guard let authorities = configuration.additionalCAs else { return }
        let place = SecretPlace(authorities, installNamespace: namespace)
        guard let keys = keys(of: place, for: "additionalCAs", &section), let key = authorities.key,
            !keys.contains(key)
        else { return }
        section.find(
            .bindingUnusable,
            "the Secret \(place.name) of additionalCAs lacks \(key)",
            mend: "kubectl get secret -n \(place.namespace) \(place.name) -o json | jq '.data | keys'"
        )
    }

    /// The Secret's keys; a Secret that isn't there is a finding.
    private func keys(of place: SecretPlace, for what: String, _ section: inout CheckSection) -> Set<String>? {
        switch facts.secretKeys[place] {
        case .success(let keys)?: return keys
        case .failure(let error)? where error.code == .notFound:
            section.find(
                .bindingUnusable,
                "the Secret \(place.name) in \(place.namespace), which is \(what)'s, is missing",
                mend: "kubectl create secret generic -n \(place.namespace) \(place.name) --from-file=FOLDER"
            )
        case let failure?: _ = section.take(failure, "get the Secret \(place.name) in \(place.namespace)")
        case nil: break
        }
        return nil
    }

    /// What a binding lacks, as far as the names of its keys tell: where it is one JSON text, only the relay knows.
    static func missingKeys(_ keys: Set<String>, of binding: SecretReference, hasPrivateKey: Bool) -> [String] {
        if let key = binding.key { return keys.contains(key) ? [] : [key] }
        guard keys.contains("clientid") || keys.contains("uri") else {
            return keys.isEmpty ? ["clientid, clientsecret, url, uri"] : []
        }
        let usesCertificate = keys.contains("certificate") || keys.contains("certurl") && !keys.contains("clientsecret")
        let names =
            usesCertificate
            ? ["clientid", "certificate", "certurl", "uri"] + (hasPrivateKey ? [] : ["key"])
            : ["clientid", "clientsecret", "url", "uri"]
        return names.filter { !keys.contains($0) }
    }

    /// What the relays found when they tried.
    private func judgeRelays(_ section: inout CheckSection) {
        let pages = facts.relays.values.compactMap { try? $0.get() }
        func instances(_ metric: String, are value: Double) -> [String] {
            Set(pages.flatMap { $0.metrics[metric] }.filter { $0.value == value }.compactMap(\.label)).sorted()
        }
        let logs = "kubectl logs -n \(namespace) -l app.kubernetes.io/name=tproxy-relay --tail=-1"
        for name in instances("tproxy_relay_instance_usable", are: 0)
        where !section.findings.contains(where: { $0.sentence.contains(" \(name)") }) {
            section.find(
                .bindingUnusable,
                "the relay can't use the instance \(name)",
                mend: "\(logs) | grep -i instance"
            )
        }
        for name in instances("tproxy_relay_destination_service_down", are: 1) {
            section.find(
                .destinationServiceDown,
                "the Destination service of \(name) doesn't answer the relay",
                mend: "\(logs) | grep -i destination"
            )
        }
    }
}

extension SecretPlace {
    init(_ reference: SecretReference, installNamespace: String) {
        self.init(namespace: reference.namespace ?? installNamespace, name: reference.name)
    }
}
