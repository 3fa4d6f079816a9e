import TLS

/// Decides what the webhook's certificate needs next. Pure: no clock, no randomness, no memory.
///
/// That no call fails rests on an order. An authority signs a serving certificate only after it has been in the
/// webhook configuration for ``CertificatePolicy/bundlePropagation``, and leaves it only
/// ``CertificatePolicy/leafPropagation`` after the last certificate of its making has left the serving Secret. Where
/// nothing works anyhow nothing is waited for.
struct CertificatePlanner: Sendable {
    let names: WebhookNames
    let policy: CertificatePolicy

    func plan(_ observation: CertificateObservation, now: Int64) -> CertificatePlan {
        let situation = Situation(observation, dnsNames: names.dnsNames, now: now)
        let stage = stage(of: situation)
        return CertificatePlan(
            stage: stage,
            action: replacingImmutable(action(for: stage, in: situation), observation),
            wakeAt: wakeAt(stage, situation),
            leafExpiry: situation.serving?.leaf.validity.notAfter,
            authorityExpiry: situation.record.active?.facts.validity.notAfter
        )
    }

    private func stage(of situation: Situation) -> CertificateStage {
        if let reason = situation.handsOffReason(names) { return .handsOff(reason) }
        switch situation.leaf {
        case .good(.next): return .leafAhead
        case .good(.stranger): return .authorityOrphaned
        case .good(.previous): if situation.active == nil { return .authorityOrphaned }
        case .good(.active), .faulty: break
        }
        guard let active = situation.active else { return .authorityMissing }
        if situation.next == nil, !active.canSign || situation.now >= active.facts.validity.renewAt {
            return .rollOverDue
        }
        if isUntidy(situation) { return .authorityUntidy }
        if !isPublished(situation) { return .bundleUnpublished }
        if case .faulty(let fault) = situation.leaf { return .leafUnusable(fault) }
        if case .good(.previous) = situation.leaf { return .leafUnusable(.retiredIssuer) }
        if let time = switchTime(situation), time <= situation.now { return .switchDue }
        if let serving = situation.serving {
            if isDue(serving.leaf, situation) { return .leafDue }
            if situation.observation.serving?.isMarkedAsOurs != true || !serving.authorities.contains(active.facts) {
                return .servingUntidy
            }
        }
        if let time = retirementTime(situation), time <= situation.now { return .retirementDue }
        if situation.next != nil { return .announcing }
        return situation.record.previous.isEmpty ? .settled : .retiring
    }

    private func action(for stage: CertificateStage, in situation: Situation) -> CertificateAction {
        switch stage {
        case .leafAhead, .authorityMissing, .authorityOrphaned, .rollOverDue, .authorityUntidy, .retirementDue:
            return .writeAuthority(draft(for: stage, in: situation))
        case .bundleUnpublished:
            return .publish(situation.record.bundle)
        case .leafUnusable, .leafDue:
            return issue(by: situation.signer, situation)
        case .switchDue:
            return issue(by: situation.next, situation)
        case .servingUntidy:
            return .tidyServing(bundle: situation.record.bundle)
        case .handsOff, .announcing, .retiring, .settled:
            return .wait
        }
    }

    private func issue(by signer: Signer?, _ situation: Situation) -> CertificateAction {
        // There is always one: without it the stage would be `rollOverDue`.
        guard let signer else { return .wait }
        let validity = leafValidity(by: signer, situation)
        return .issueLeaf(signer: signer, validity: validity, bundle: situation.record.bundle)
    }

    /// No certificate outlives its authority.
    private func leafValidity(by signer: Signer, _ situation: Situation) -> CertificateValidity {
        let remaining = signer.facts.validity.notAfter - situation.now
        return CertificateValidity(from: situation.now, seconds: min(policy.leafLifetime, remaining))
    }

    /// Whether a good serving certificate has lived long enough, and the active authority can give a longer life.
    private func isDue(_ leaf: CertificateFacts, _ situation: Situation) -> Bool {
        guard let active = situation.active, active.canSign, situation.now >= leaf.validity.renewAt else {
            return false
        }
        return leafValidity(by: active, situation).notAfter > leaf.validity.notAfter
    }

    /// A Secret marked immutable can only be deleted and made anew.
    private func replacingImmutable(
        _ action: CertificateAction,
        _ observation: CertificateObservation
    ) -> CertificateAction {
        switch action {
        case .writeAuthority: observation.authority?.isImmutable == true ? .delete(.authority) : action
        case .issueLeaf, .tidyServing: observation.serving?.isImmutable == true ? .delete(.serving) : action
        case .wait, .publish, .delete: action
        }
    }

    /// Whether every webhook's bundle is exactly what it should be, and it's known since when.
    private func isPublished(_ situation: Situation) -> Bool {
        guard let webhook = situation.observation.webhook else { return true }
        let wanted = situation.record.bundle.flatMap(\.pem)
        return webhook.bundles.allSatisfy { $0 == wanted } && situation.publishedAt != nil
    }

    /// When the next authority may sign: when all API servers know it. `nil` where there's none, or where no webhook
    /// configuration could have told them.
    private func switchTime(_ situation: Situation) -> Int64? {
        guard situation.next != nil, let publishedAt = situation.publishedAt else { return nil }
        return publishedAt + policy.bundlePropagation
    }

    /// When the previous authorities may go: when all admission servers have left their certificates behind.
    private func retirementTime(_ situation: Situation) -> Int64? {
        guard !situation.record.previous.isEmpty, let serving = situation.serving,
            let since = situation.record.previousSince
        else { return nil }
        return max(since, serving.leaf.validity.issuedAt) + policy.leafPropagation
    }

    private func wakeAt(_ stage: CertificateStage, _ situation: Situation) -> Int64? {
        switch stage {
        case .announcing, .retiring, .settled:
            let leaf = situation.serving?.leaf.validity
            let active = situation.active
            let certificates = situation.record.bundle.map(\.validity) + [leaf].compactMap { $0 }
            // What has expired shows one second after its last one.
            var times: [Int64?] = certificates.map { $0.notAfter + 1 }
            times += [switchTime(situation), retirementTime(situation)]
            if situation.next == nil { times.append(active?.facts.validity.renewAt) }
            if active?.canSign == true { times.append(leaf?.renewAt) }
            return times.compactMap { $0 }.filter { $0 > situation.now }.min()
        case .handsOff, .leafAhead, .authorityMissing, .authorityOrphaned, .rollOverDue, .authorityUntidy,
            .bundleUnpublished, .leafUnusable, .switchDue, .leafDue, .servingUntidy, .retirementDue:
            return nil
        }
    }
}
