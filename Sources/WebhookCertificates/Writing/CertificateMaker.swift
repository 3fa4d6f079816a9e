import TLS

/// Turns what a plan asks for into a write, and makes the keys and signatures that it takes: about a millisecond each.
struct CertificateMaker: Sendable {
    let names: WebhookNames

    /// - Returns: nothing where there is nothing to write.
    /// - Throws: `TLSError` when OpenSSL refuses a name or a time.
    func write(
        for action: CertificateAction,
        _ observation: CertificateObservation,
        now: Int64
    ) throws(TLSError) -> CertificateWrite? {
        switch action {
        case .wait:
            return nil
        case .writeAuthority(let draft):
            return .secret(try authorityWrite(draft, observation, now))
        case .publish(let bundle):
            guard let webhook = observation.webhook else { return nil }
            return .publish(
                BundleWrite(
                    resourceVersion: webhook.resourceVersion,
                    bundle: bundle.flatMap(\.pem),
                    annotations: [Marks.publishedAt: Timestamp.text(now)]
                )
            )
        case .issueLeaf(let signer, let validity, let bundle):
            guard let keyPEM = signer.keyPEM else { return nil }
            let authority = try CertificateAuthority(
                identity: TLSIdentity(certificateChainPEM: signer.facts.pem, privateKeyPEM: keyPEM)
            )
            let identity = try authority.issue(LeafCertificate(dnsNames: names.dnsNames, validity: validity))
            return .secret(
                servingWrite(
                    [
                        SecretKeys.leaf: identity.certificateChainPEM,
                        SecretKeys.leafKey: identity.privateKeyPEM,
                        SecretKeys.authority: bundle.flatMap(\.pem),
                    ],
                    observation
                )
            )
        case .tidyServing(let bundle):
            return .secret(servingWrite([SecretKeys.authority: bundle.flatMap(\.pem)], observation))
        case .delete(let secret):
            let content =
                switch secret {
                case .authority: observation.authority
                case .serving: observation.serving
                }
            return content.map { .delete(secret, resourceVersion: $0.resourceVersion) }
        }
    }

    private func servingWrite(_ data: [String: [UInt8]], _ observation: CertificateObservation) -> SecretWrite {
        SecretWrite(
            secret: .serving,
            resourceVersion: observation.serving?.resourceVersion,
            data: data,
            annotations: [:],
            labels: [Marks.managedByLabel: Marks.managedBy]
        )
    }

    private func authorityWrite(
        _ draft: AuthorityDraft,
        _ observation: CertificateObservation,
        _ now: Int64
    ) throws(TLSError) -> SecretWrite {
        let record = AuthorityRecord(
            active: try signer(draft.active, now),
            next: try signer(draft.next, now),
            previous: draft.previous,
            previousSince: draft.previousSince
        )
        let written = record.data
        var data: [String: [UInt8]?] = [:]
        for key in [
            SecretKeys.authority, SecretKeys.authorityKey, SecretKeys.next, SecretKeys.nextKey, SecretKeys.previous,
        ] where written[key] != nil || observation.authority?.data[key] != nil {
            data[key] = .some(written[key])
        }
        return SecretWrite(
            secret: .authority,
            resourceVersion: observation.authority?.resourceVersion,
            data: data,
            annotations: [Marks.previousSince: record.previousSince.map(Timestamp.text)],
            labels: [Marks.managedByLabel: Marks.managedBy]
        )
    }

    private func signer(_ slot: AuthorityDraft.Slot?, _ now: Int64) throws(TLSError) -> Signer? {
        switch slot {
        case nil: return nil
        case .kept(let signer): return signer
        case .made(let validity):
            // The date tells people which is which. Programs go by the key.
            let name = "\(names.service.prefix(36)) CA \(Timestamp.text(now))"
            let identity = try CertificateAuthority(name: name, validity: validity).identity
            return Signer(certificatePEM: identity.certificateChainPEM, keyPEM: identity.privateKeyPEM)
        }
    }
}
