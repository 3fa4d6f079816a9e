import TLS

extension CertificatePlanner {
    /// The authority's Secret as a stage wants it.
    func draft(for stage: CertificateStage, in situation: Situation) -> AuthorityDraft {
        switch stage {
        case .leafAhead:
            return promotion(situation)
        case .authorityMissing:
            let next = situation.next
            let previous = situation.survivors(beside: [next?.facts].compactMap { $0 })
            return AuthorityDraft(
                active: next.map(AuthorityDraft.Slot.kept) ?? newAuthority(situation),
                next: nil,
                previous: previous,
                previousSince: previous.isEmpty ? nil : situation.now
            )
        case .authorityOrphaned:
            return adoption(situation)
        case .rollOverDue:
            var draft = tidied(situation)
            draft.next = newAuthority(situation)
            return draft
        case .retirementDue:
            var draft = tidied(situation)
            draft.previous = []
            draft.previousSince = nil
            return draft
        case .authorityUntidy, .handsOff, .bundleUnpublished, .leafUnusable, .switchDue, .leafDue, .servingUntidy,
            .announcing, .retiring, .settled:
            return tidied(situation)
        }
    }

    /// Whether the Secret differs from what would be written if nothing were to change.
    func isUntidy(_ situation: Situation) -> Bool {
        guard let secret = situation.observation.authority, secret.isMarkedAsOurs else { return true }
        let tidy = tidied(situation)
        let keys = [
            SecretKeys.authority, SecretKeys.authorityKey, SecretKeys.next, SecretKeys.nextKey, SecretKeys.previous,
        ]
        let stored = secret.data.filter { keys.contains($0.key) }
        let record = AuthorityRecord(
            active: situation.active,
            next: situation.next,
            previous: tidy.previous,
            previousSince: tidy.previousSince
        )
        return stored != record.data
            || secret.annotations[Marks.previousSince] != tidy.previousSince.map(Timestamp.text)
    }

    /// What is there, without what has no business there.
    private func tidied(_ situation: Situation) -> AuthorityDraft {
        let record = situation.record
        let chosen = [situation.active?.facts, situation.next?.facts].compactMap { $0 }
        var previous: [CertificateFacts] = []
        for one in record.previous
        where one.validity.notAfter >= situation.now && !previous.contains(one) && !chosen.contains(one) {
            previous.append(one)
        }
        // An unknown time, or one that a wrong clock has set, counts from now: waiting is always safe.
        let since = record.previousSince.flatMap {
            $0 <= situation.now + Situation.clockTolerance ? $0 : nil
        }
        return AuthorityDraft(
            active: situation.active.map(AuthorityDraft.Slot.kept),
            next: situation.next.map(AuthorityDraft.Slot.kept),
            previous: previous,
            previousSince: previous.isEmpty ? nil : since ?? situation.now
        )
    }

    /// The next authority has signed what is served now: it's the active one.
    private func promotion(_ situation: Situation) -> AuthorityDraft {
        var draft = tidied(situation)
        draft.active = situation.record.next.map(AuthorityDraft.Slot.kept)
        draft.next = nil
        if let old = situation.active?.facts { draft.previous.append(old) }
        draft.previous.removeAll { $0 == situation.record.next?.facts }
        draft.previousSince = draft.previous.isEmpty ? nil : situation.now
        return draft
    }

    /// Someone unknown has signed what is served now: trusted on, but replaced in good order.
    private func adoption(_ situation: Situation) -> AuthorityDraft {
        let issuer: CertificateFacts
        switch situation.leaf {
        case .good(.stranger(let facts)), .good(.previous(let facts)): issuer = facts
        case .good(.active), .good(.next), .faulty: return tidied(situation)
        }
        let successor = situation.signer
        let previous = situation.survivors(beside: [issuer, successor?.facts].compactMap { $0 })
        return AuthorityDraft(
            active: .kept(Signer(withoutKey: issuer)),
            next: successor.map(AuthorityDraft.Slot.kept) ?? newAuthority(situation),
            previous: previous,
            previousSince: previous.isEmpty ? nil : situation.now
        )
    }

    private func newAuthority(_ situation: Situation) -> AuthorityDraft.Slot {
        .made(CertificateValidity(from: situation.now, seconds: policy.authorityLifetime))
    }
}
