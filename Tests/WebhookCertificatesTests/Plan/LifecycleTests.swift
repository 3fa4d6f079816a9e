import TLS
import Testing

@testable import WebhookCertificates

/// The usual ways, step by step.
@Suite struct LifecycleTests {
    private static let issued: [CertificateStage] = [
        .authorityMissing, .bundleUnpublished, .leafUnusable(.missing), .settled,
    ]

    @Test func firstIssue() throws {
        var bench = Bench()
        #expect(try bench.settle() == Self.issued)
        #expect(bench.works)
        #expect(
            bench.serving?.leaf.dnsNames == [
                "tproxy-admission.tproxy-system.svc", "tproxy-admission.tproxy-system.svc.cluster.local",
            ]
        )
        #expect(try bench.published == [try #require(bench.record.active?.facts)])
        #expect(bench.store.objects.webhook?.bundles.count == 2)
        #expect(bench.serving?.authorities == [try #require(bench.record.active?.facts)])
        #expect(
            bench.store.objects.serving?.data[SecretKeys.authorityKey] == nil,
            "the key stays where nobody mounts it"
        )
        #expect(bench.store.writes == 3)
        #expect(bench.plan.leafExpiry == Bench.start + 20_000)
        #expect(bench.plan.authorityExpiry == Bench.start + 100_000)
    }

    @Test func theLeafIsRenewedAtTwoThirdsOfItsLife() throws {
        var bench = Bench()
        try bench.settle()
        let before = try #require(bench.serving?.leaf)
        bench.now = Bench.start + 13_331
        #expect(try bench.settle() == [.settled])
        bench.now = Bench.start + 13_332
        #expect(try bench.settle() == [.leafDue, .settled])
        let after = try #require(bench.serving?.leaf)
        #expect(after != before)
        #expect(after.validity.notAfter == bench.now + 20_000)
        #expect(try bench.published == [try #require(bench.record.active?.facts)])
        #expect(bench.works)
    }

    @Test func theAuthorityIsReplacedInThreeSteps() throws {
        var bench = Bench()
        try bench.settle()
        let old = try #require(bench.record.active?.facts)
        while bench.record.next == nil { _ = try bench.advance() }
        #expect(bench.now == Bench.start + 66_666)
        let new = try #require(bench.record.next?.facts)
        #expect(try bench.published == [old, new])
        #expect(try #require(bench.serving?.leaf).isSigned(by: old))
        #expect(bench.plan.stage == .announcing)

        let announced = bench.now
        bench.now = announced + 999
        #expect(try bench.settle().last == .announcing)
        bench.now = announced + 1000
        #expect(try bench.settle() == [.switchDue, .leafAhead, .retiring])
        #expect(try #require(bench.serving?.leaf).isSigned(by: new))
        #expect(bench.record.active?.facts == new)
        #expect(bench.record.next == nil)
        #expect(try bench.published == [old, new])
        #expect(bench.works)

        bench.now = announced + 2999
        #expect(try bench.settle() == [.retiring])
        bench.now = announced + 3000
        #expect(try bench.settle() == [.retirementDue, .bundleUnpublished, .settled])
        #expect(try bench.published == [new])
        #expect(bench.works)
    }

    @Test func aRenewalOfTheLeafPutsOffTheEndOfTheOldAuthority() throws {
        var bench = Bench()
        try bench.settle()
        while bench.plan.stage != .retiring { _ = try bench.advance() }
        bench.now += 1500
        try bench.changeServing { $0.data[SecretKeys.leafKey] = [] }
        #expect(try bench.settle() == [.leafUnusable(.keyLost), .retiring])
        bench.now += 1999
        #expect(try bench.settle() == [.retiring])
        bench.now += 1
        #expect(try bench.settle().first == .retirementDue)
    }

    @Test func everyWaitEndsAtItsTimeAndNoneIsIdle() async throws {
        var bench = Bench()
        try bench.settle()
        for _ in 0..<24 {
            let before = bench.now
            let stages = try bench.advance()
            await Task.yield()
            #expect(bench.now > before)
            #expect(stages.count > 1, "woken for nothing in \(stages)")
            #expect(bench.works)
        }
        #expect(bench.now > Bench.start + 150_000)
    }

    @Test func withoutAWebhookConfigurationCertificatesAreMadeAllTheSame() throws {
        var bench = Bench(installed: false)
        #expect(try bench.settle() == [.authorityMissing, .leafUnusable(.missing), .settled])
        while bench.plan.stage != .announcing { _ = try bench.advance() }
        bench.now += 5000
        #expect(try bench.settle().last == .announcing, "nobody can have heard of the next authority")
        bench.store.install()
        #expect(try bench.settle() == [.bundleUnpublished, .announcing])
        #expect(bench.works)
        #expect(try bench.advance() == [.switchDue, .leafAhead, .retiring])
    }

    @Test func aStoppedManagerHealsEverythingOnReturn() throws {
        var bench = Bench()
        try bench.settle()
        bench.now += 1_000_000
        #expect(
            try bench.settle() == [.authorityMissing, .bundleUnpublished, .leafUnusable(.expired), .settled]
        )
        #expect(bench.works)
        #expect(try bench.published.count == 1, "expired authorities are of no use to anyone")
    }

    @Test func anExpiredLeafIsReplacedAtOnce() throws {
        var bench = Bench()
        try bench.settle()
        bench.now = Bench.start + 20_001
        #expect(try bench.settle() == [.leafUnusable(.expired), .settled])
        #expect(bench.works)
    }

    @Test func anAuthorityThatExpiresWhileItsSuccessorIsAnnouncedIsReplacedAtOnce() throws {
        var bench = Bench()
        try bench.settle()
        bench.now = Bench.start + 99_500
        #expect(try bench.settle().last == .announcing)
        let next = try #require(bench.record.next?.facts)
        bench.now = Bench.start + 100_001
        #expect(try bench.settle().contains(.leafUnusable(.expired)))
        #expect(bench.record.active?.facts == next)
        #expect(bench.works)
    }
}
