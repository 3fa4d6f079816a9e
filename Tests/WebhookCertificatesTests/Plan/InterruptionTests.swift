import TLS
import Testing

@testable import WebhookCertificates

/// What one leader began, another ends, from whatever point.
@Suite struct InterruptionTests {
    /// Every state on the way through a life of two authorities, with the time.
    private func states() throws -> [Bench] {
        var bench = Bench()
        var states = [bench]
        while bench.now < Bench.start + 80_000 {
            let plan = bench.plan
            if plan.action == .wait {
                bench.now = try #require(plan.wakeAt)
            } else {
                try bench.step()
                states.append(bench)
            }
        }
        return states
    }

    @Test func anyStateIsGoneOnFromAtAnyLaterTime() async throws {
        let states = try states()
        #expect(states.count > 12)
        for state in states {
            for delay: Int64 in [0, 1000, 30_000, 500_000] {
                var bench = state
                bench.now += delay
                try bench.settle()
                await Task.yield()
                #expect(bench.works)
                #expect(bench.record.active?.canSign == true)
            }
        }
    }

    @Test func losingTheAuthoritySecretBreaksNothing() async throws {
        for state in try states() where state.works {
            var bench = state
            let before = try bench.published
            let leaf = try #require(bench.serving?.leaf)
            bench.store.put(nil, as: .authority)
            let stages = try bench.settle()
            #expect(stages.first == .authorityOrphaned)
            #expect(bench.serving?.leaf == leaf, "what is served goes on being served")
            let after = try bench.published
            #expect(Set(before).isSubset(of: after), "whoever was trusted is trusted on")
            var polite = false
            while bench.plan.stage != .settled {
                _ = try bench.advance()
                await Task.yield()
                polite = true
                #expect(bench.works)
            }
            #expect(polite)
            #expect(bench.record.active?.canSign == true)
            #expect(try bench.published == [try #require(bench.record.active?.facts)])
        }
    }

    @Test func losingTheServingSecretCostsANewLeaf() throws {
        for state in try states() where state.works {
            var bench = state
            bench.store.put(nil, as: .serving)
            #expect(try bench.settle().contains(.leafUnusable(.missing)))
            #expect(bench.works)
        }
    }

    @Test func losingBothSecretsKeepsWhatServersStillShow() throws {
        var bench = Bench()
        try bench.settle()
        let shown = try #require(bench.serving?.leaf)
        bench.store.put(nil, as: .serving)
        bench.store.put(nil, as: .authority)
        try bench.settle()
        #expect(bench.works)
        let name = bench.names.dnsNames[0]
        #expect(shown.isAccepted(trusting: try bench.published, name: name, at: bench.now))
        #expect(try bench.advance() == [.retirementDue, .bundleUnpublished, .settled])
        #expect(!shown.isAccepted(trusting: try bench.published, name: name, at: bench.now))
    }

    @Test func aWriteMadeFromAnOldVersionIsRefused() throws {
        var bench = Bench()
        try bench.settle()
        bench.now += 13_332
        let plan = bench.plan
        let write = try #require(
            try CertificateMaker(names: bench.names).write(for: plan.action, bench.store.objects, now: bench.now)
        )
        var store = bench.store
        let outcomes = [store.apply(write), store.apply(write)]
        #expect(outcomes == [true, false])
    }

    @Test func aLateRenewalByTheOldAuthorityIsTakenBack() throws {
        var bench = Bench()
        try bench.settle()
        let old = try #require(bench.record.active)
        while bench.plan.stage != .retiring { _ = try bench.advance() }
        bench.now += 1999
        let late = try CertificateAuthority(
            identity: TLSIdentity(certificateChainPEM: old.facts.pem, privateKeyPEM: try #require(old.keyPEM))
        ).issue(
            LeafCertificate(
                dnsNames: bench.names.dnsNames,
                validity: CertificateValidity(from: bench.now, seconds: 9000)
            )
        )
        try bench.changeServing {
            $0.data[SecretKeys.leaf] = late.certificateChainPEM
            $0.data[SecretKeys.leafKey] = late.privateKeyPEM
        }
        #expect(try bench.settle() == [.leafUnusable(.retiredIssuer), .retiring])
        bench.now += 1999
        #expect(try bench.settle() == [.retiring], "servers may have read the late one")
    }
}
