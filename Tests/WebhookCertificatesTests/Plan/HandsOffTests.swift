import TLS
import Testing

@testable import WebhookCertificates

/// What belongs to others is theirs.
@Suite struct HandsOffTests {
    private func foreignPair(_ now: Int64) throws -> (secret: SecretContent, bundle: [UInt8]) {
        let authority = try CertificateAuthority(
            name: "Corporate CA",
            validity: CertificateValidity(from: now, seconds: 50_000)
        )
        let identity = try authority.issue(
            LeafCertificate(
                dnsNames: WebhookNames().dnsNames,
                validity: CertificateValidity(from: now, seconds: 9000)
            )
        )
        let secret = SecretContent(
            resourceVersion: "",
            data: [SecretKeys.leaf: identity.certificateChainPEM, SecretKeys.leafKey: identity.privateKeyPEM]
        )
        return (secret, authority.certificatePEM)
    }

    @Test(arguments: [
        "cert-manager.io/inject-ca-from", "cert-manager.io/inject-ca-from-secret",
        "cert-manager.io/inject-apiserver-ca",
    ])
    func certManagerInjects(annotation: String) throws {
        var bench = Bench(installed: false)
        bench.store.install(annotations: [annotation: "tproxy-system/tproxy-admission"])
        #expect(try bench.settle() == [.handsOff(.certManagerInjects)])
        #expect(bench.store.writes == 0)
        #expect(bench.plan.wakeAt == nil)
    }

    @Test func certManagerOwnsTheSecret() throws {
        for (annotations, owners) in [
            (["cert-manager.io/certificate-name": "tproxy-admission"], []),
            ([:], ["v1", "cert-manager.io/v1"]),
        ] {
            var bench = Bench()
            var (secret, _) = try foreignPair(bench.now)
            secret.annotations = annotations
            secret.ownerAPIVersions = owners
            bench.store.put(secret, as: .serving)
            #expect(try bench.settle() == [.handsOff(.certManagerOwns(secret: "tproxy-admission-tls"))])
            bench.store.put(nil, as: .serving)
            bench.store.put(secret, as: .authority)
            #expect(try bench.settle() == [.handsOff(.certManagerOwns(secret: "tproxy-admission-ca"))])
            #expect(bench.store.writes == 0)
        }
    }

    @Test func aCertificateThatSomeoneBroughtIsNotOverwritten() throws {
        var bench = Bench()
        let (secret, bundle) = try foreignPair(bench.now)
        bench.store.put(secret, as: .serving)
        try bench.changeWebhook { $0.bundles = [bundle, bundle] }
        let reason = HandsOffReason.foreignCertificate(secret: "tproxy-admission-tls")
        #expect(try bench.settle() == [.handsOff(reason)])
        bench.now += 1_000_000
        #expect(try bench.settle() == [.handsOff(reason)])
        #expect(bench.store.writes == 0)
        bench.store.put(nil, as: .serving)
        #expect(try bench.settle().last == .settled)
    }

    @Test func anAuthorityThatSomeoneBroughtIsNotOverwritten() throws {
        var bench = Bench()
        let authority = try CertificateAuthority(
            name: "Corporate CA",
            validity: CertificateValidity(from: bench.now, seconds: 50_000)
        )
        let secret = SecretContent(
            resourceVersion: "",
            data: [
                SecretKeys.authority: authority.certificatePEM,
                SecretKeys.authorityKey: authority.identity.privateKeyPEM,
            ]
        )
        bench.store.put(secret, as: .authority)
        #expect(try bench.settle() == [.handsOff(.foreignCertificate(secret: "tproxy-admission-ca"))])
    }

    @Test func emptySecretsAreTakenUp() throws {
        var bench = Bench()
        bench.store.put(SecretContent(resourceVersion: ""), as: .serving)
        bench.store.put(SecretContent(resourceVersion: "", data: [SecretKeys.authority: [1, 2, 3]]), as: .authority)
        #expect(try bench.settle().last == .settled)
        #expect(bench.works)
    }

    @Test func lostLabelsOfOursAreNoticed() throws {
        var bench = Bench()
        try bench.settle()
        try bench.changeAuthority { $0.labels = [:] }
        #expect(try bench.settle() == [.authorityUntidy, .settled])
        try bench.changeServing { $0.labels = [:] }
        #expect(try bench.settle() == [.servingUntidy, .settled])
    }
}
