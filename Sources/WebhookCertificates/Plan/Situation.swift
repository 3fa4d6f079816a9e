import TLS

/// An observation, read and judged at a moment.
struct Situation {
    /// How the serving certificate does.
    enum Leaf {
        /// The API server would accept it, given the issuer.
        case good(Issuer)
        case faulty(LeafFault)
    }

    /// Whose signature a good serving certificate has.
    enum Issuer {
        case active
        case next
        case previous(CertificateFacts)
        /// An authority that is trusted by the API server but unknown to the authority's Secret.
        case stranger(CertificateFacts)
    }

    /// Clocks of two leaders may differ by this much. What an annotation says to lie further ahead is not believed.
    static let clockTolerance: Int64 = 300

    let observation: CertificateObservation
    let now: Int64
    let record: AuthorityRecord
    let serving: ServingRecord?
    /// What the API server trusts now: the authorities in the webhook configuration.
    let published: [CertificateFacts]
    /// Since when; `nil` where it's unknown or not to be believed.
    let publishedAt: Int64?
    let leaf: Leaf

    init(_ observation: CertificateObservation, dnsNames: [String], now: Int64) {
        self.observation = observation
        self.now = now
        record = AuthorityRecord(observation.authority)
        serving = ServingRecord(observation.serving)
        var published: [CertificateFacts] = []
        for bundle in Set(observation.webhook?.bundles ?? []) {
            for facts in (try? CertificateFacts.read(bundle)) ?? []
            where facts.isAuthority && facts.validity.notAfter >= now && !published.contains(facts) {
                published.append(facts)
            }
        }
        self.published = Self.newest(published)
        publishedAt = observation.webhook?.annotations[Marks.publishedAt].flatMap(Timestamp.seconds)
            .flatMap { $0 <= now + Self.clockTolerance ? $0 : nil }
        leaf = Self.judge(serving, record, observation.webhook == nil ? nil : self.published, dnsNames, now)
    }

    private static func judge(
        _ serving: ServingRecord?,
        _ record: AuthorityRecord,
        _ published: [CertificateFacts]?,
        _ dnsNames: [String],
        _ now: Int64
    ) -> Leaf {
        guard let serving else { return .faulty(.missing) }
        let leaf = serving.leaf
        guard serving.hasKey else { return .faulty(.keyLost) }
        guard Set(leaf.dnsNames) == Set(dnsNames), let name = dnsNames.first else { return .faulty(.wrongNames) }
        guard leaf.validity.notBefore <= now else { return .faulty(.notYetValid) }
        guard leaf.validity.notAfter >= now else { return .faulty(.expired) }
        func accepts(_ authority: CertificateFacts) -> Bool {
            leaf.isAccepted(trusting: [authority], name: name, at: now)
        }
        if let active = record.active?.facts, accepts(active) { return .good(.active) }
        if let next = record.next?.facts, accepts(next) { return .good(.next) }
        if let previous = record.previous.first(where: accepts) { return .good(.previous(previous)) }
        // Without a webhook configuration nobody is calling, and the Secret's own word is all there is.
        if let stranger = (published ?? serving.authorities).first(where: accepts) { return .good(.stranger(stranger)) }
        return .faulty(.unknownIssuer)
    }

    /// The active authority, where it's valid.
    var active: Signer? { record.active.flatMap { $0.isValid(at: now) ? $0 : nil } }

    /// The next authority, where it's of use.
    var next: Signer? { record.next.flatMap { $0.isValid(at: now) && $0.canSign ? $0 : nil } }

    /// Who can sign a serving certificate at once.
    var signer: Signer? { active.flatMap { $0.canSign ? $0 : nil } ?? next }

    /// All authorities that were or may be trusted somewhere, but for those that have expired.
    func survivors(beside chosen: [CertificateFacts]) -> [CertificateFacts] {
        var facts: [CertificateFacts] = []
        let known = [record.active?.facts, record.next?.facts].compactMap { $0 } + record.previous + published
        for one in known where one.validity.notAfter >= now && !facts.contains(one) && !chosen.contains(one) {
            facts.append(one)
        }
        return Self.newest(facts)
    }

    /// As many as are kept at all, the newest last.
    private static func newest(_ facts: [CertificateFacts]) -> [CertificateFacts] {
        Array(facts.sorted { $0.validity.notBefore < $1.validity.notBefore }.suffix(AuthorityRecord.mostPrevious))
    }
}
