import TLS
import Testing

@testable import WebhookCertificates

/// What people and other programs do to the objects.
@Suite struct TamperingTests {
    private var bench: Bench

    init() throws {
        bench = Bench()
        try bench.settle()
        bench.now += 100
    }

    private func stranger(_ name: String = "stranger") throws -> CertificateAuthority {
        try CertificateAuthority(name: name, validity: CertificateValidity(from: bench.now, seconds: 50_000))
    }

    enum Bundle: CaseIterable { case empty, noPEM, broken, foreign, more, twice, commented, oneOfTwo }

    @Test(arguments: Bundle.allCases) func theBundleIsPutRight(_ kind: Bundle) throws {
        var bench = bench
        let right = try #require(bench.store.objects.webhook?.bundles.first)
        let foreign = try stranger().certificatePEM
        try bench.changeWebhook { webhook in
            switch kind {
            case .empty: webhook.bundles = [[], []]
            case .noPEM: webhook.bundles = [Array("Zm9v".utf8), Array("Zm9v".utf8)]
            case .broken: webhook.bundles = [right.dropLast(60) + [], right.dropLast(60) + []]
            case .foreign: webhook.bundles = [foreign, foreign]
            case .more: webhook.bundles = [right + foreign, right + foreign]
            case .twice: webhook.bundles = [right + right, right + right]
            case .commented: webhook.bundles = [Array("# ours\n".utf8) + right, right]
            case .oneOfTwo: webhook.bundles[1] = foreign
            }
        }
        #expect(try bench.settle() == [.bundleUnpublished, .settled])
        #expect(bench.store.objects.webhook?.bundles == [right, right])
        #expect(bench.store.objects.webhook?.annotations[Marks.publishedAt] == Timestamp.text(bench.now))
    }

    @Test func aNewAuthorityIsAnnouncedAnewAfterItWasTakenOut() throws {
        var bench = bench
        while bench.plan.stage != .announcing { _ = try bench.advance() }
        bench.now += 900
        let old = try #require(bench.record.active?.facts.pem)
        try bench.changeWebhook { $0.bundles = [old, old] }
        #expect(try bench.settle() == [.bundleUnpublished, .announcing])
        bench.now += 999
        #expect(try bench.settle() == [.announcing])
    }

    enum Serving: CaseIterable { case noCertificate, broken, noKey, otherKey, otherNames, otherAuthority, clientUse }

    @Test(arguments: Serving.allCases) func theServingCertificateIsPutRight(_ kind: Serving) throws {
        var bench = bench
        let authority = try CertificateAuthority(
            identity: TLSIdentity(
                certificateChainPEM: try #require(bench.record.active?.facts.pem),
                privateKeyPEM: try #require(bench.record.active?.keyPEM)
            )
        )
        let validity = CertificateValidity(from: bench.now, seconds: 5000)
        let names = bench.names.dnsNames
        let others = try authority.issue(LeafCertificate(dnsNames: ["other.svc"], validity: validity))
        let foreign = try stranger().issue(LeafCertificate(dnsNames: names, validity: validity))
        let client = try authority.issue(LeafCertificate(dnsNames: names, validity: validity, usage: .client))
        func take(_ identity: TLSIdentity, _ content: inout SecretContent) {
            content.data[SecretKeys.leaf] = identity.certificateChainPEM
            content.data[SecretKeys.leafKey] = identity.privateKeyPEM
        }
        try bench.changeServing { content in
            switch kind {
            case .noCertificate: content.data[SecretKeys.leaf] = nil
            case .broken: content.data[SecretKeys.leaf] = Array("garbage".utf8)
            case .noKey: content.data[SecretKeys.leafKey] = nil
            case .otherKey: content.data[SecretKeys.leafKey] = others.privateKeyPEM
            case .otherNames: take(others, &content)
            case .otherAuthority: take(foreign, &content)
            case .clientUse: take(client, &content)
            }
        }
        let fault: LeafFault =
            switch kind {
            case .noCertificate, .broken: .missing
            case .noKey, .otherKey: .keyLost
            case .otherNames: .wrongNames
            case .otherAuthority, .clientUse: .unknownIssuer
            }
        #expect(try bench.settle() == [.leafUnusable(fault), .settled])
        #expect(bench.works)
    }

    @Test func whatStandsBesideTheLeafIsPutRightWithoutANewLeaf() throws {
        var bench = bench
        let leaf = bench.serving?.leaf
        try bench.changeServing { $0.data[SecretKeys.authority] = Array("garbage".utf8) }
        #expect(try bench.settle() == [.servingUntidy, .settled])
        try bench.changeServing { $0.labels = [:] }
        #expect(try bench.settle() == [.servingUntidy, .settled])
        #expect(bench.serving?.leaf == leaf)
    }

    @Test func otherKeysLabelsAndAnnotationsAreLeftAlone() throws {
        var bench = bench
        try bench.changeServing {
            $0.data["other"] = [1]
            $0.labels["team"] = "mail"
            $0.data[SecretKeys.leaf] = nil
        }
        try bench.changeAuthority { $0.data["other"] = [2] }
        #expect(try bench.settle() == [.leafUnusable(.missing), .settled])
        #expect(bench.store.objects.serving?.data["other"] == [1])
        #expect(bench.store.objects.serving?.labels["team"] == "mail")
        #expect(bench.store.objects.authority?.data["other"] == [2])
    }

    @Test func aLostKeyOfTheAuthorityIsReplacedPolitely() throws {
        var bench = bench
        try bench.changeAuthority { $0.data[SecretKeys.authorityKey] = Array("garbage".utf8) }
        let leaf = bench.serving?.leaf
        #expect(try bench.settle() == [.rollOverDue, .bundleUnpublished, .announcing])
        #expect(bench.serving?.leaf == leaf)
        #expect(try bench.advance() == [.switchDue, .leafAhead, .retiring])
        #expect(try bench.advance() == [.retirementDue, .bundleUnpublished, .settled])
        #expect(bench.record.active?.canSign == true)
    }

    @Test func aBrokenNextAuthorityIsMadeAnew() throws {
        var bench = bench
        while bench.plan.stage != .announcing { _ = try bench.advance() }
        try bench.changeAuthority { $0.data[SecretKeys.next] = Array("garbage".utf8) }
        #expect(try bench.settle() == [.rollOverDue, .bundleUnpublished, .announcing])
        try bench.changeAuthority { $0.data[SecretKeys.nextKey] = nil }
        #expect(try bench.settle() == [.rollOverDue, .bundleUnpublished, .announcing])
        #expect(bench.works)
    }

    @Test func anOldAuthoritySecretFromABackupBreaksNothing() throws {
        var bench = bench
        let backup = bench.store.objects.authority
        while bench.record.previous.isEmpty { _ = try bench.advance() }
        while bench.plan.stage != .settled { _ = try bench.advance() }
        bench.store.put(backup, as: .authority)
        let leaf = bench.serving?.leaf
        #expect(try bench.settle().first == .authorityOrphaned)
        #expect(bench.serving?.leaf == leaf)
        while bench.plan.stage != .settled {
            _ = try bench.advance()
            #expect(bench.works)
        }
    }

    @Test func aRenamedServiceGetsANewLeafUnderTheSameAuthority() throws {
        var renamed = Bench(names: WebhookNames(service: "admission"))
        renamed.store = bench.store
        renamed.now = bench.now
        #expect(try renamed.settle() == [.leafUnusable(.wrongNames), .settled])
        #expect(renamed.works)
        #expect(renamed.record == bench.record)
    }

    @Test func immutableSecretsAreMadeAnew() throws {
        var bench = bench
        try bench.changeServing {
            $0.isImmutable = true
            $0.data[SecretKeys.leafKey] = nil
        }
        #expect(try bench.settle() == [.leafUnusable(.keyLost), .leafUnusable(.missing), .settled])
        #expect(bench.works)
        try bench.changeAuthority { $0.isImmutable = true }
        while bench.plan.stage != .announcing {
            _ = try bench.advance()
            #expect(bench.works)
        }
    }

    @Test func wordsAboutTheFutureAreNotBelieved() throws {
        var bench = bench
        try bench.changeWebhook { $0.annotations[Marks.publishedAt] = "2999-01-01T00:00:00Z" }
        #expect(try bench.settle() == [.bundleUnpublished, .settled])
        while bench.plan.stage != .retiring { _ = try bench.advance() }
        for word in ["2999-01-01T00:00:00Z", "yesterday", ""] {
            try bench.changeAuthority { $0.annotations[Marks.previousSince] = word }
            #expect(try bench.settle() == [.authorityUntidy, .retiring])
            #expect(bench.record.previousSince == bench.now)
        }
    }

    @Test func clocksMayJumpEitherWay() throws {
        for jump: Int64 in [-1_000_000, -50_000, -3601, -3600, -10, 10, 30_000, 80_000, 10_000_000] {
            var bench = bench
            bench.now += jump
            try bench.settle()
            #expect(bench.works, "after \(jump)")
            bench.now -= jump
            try bench.settle()
            #expect(bench.works, "back from \(jump)")
        }
    }
}
