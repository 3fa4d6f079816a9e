import FoundationEssentials
import Glibc
import Kubernetes
import ObjectModel
import TLS
import Testing

/// The webhook's certificate as a real API server stores it.
@Suite(.timeLimit(.minutes(5)))
struct CertificateTests {
    private func withSite<Result>(_ body: (CertificateSite) async throws -> Result) async throws -> Result {
        let site = try await CertificateSite()
        do {
            let result = try await body(site)
            await site.remove()
            return result
        } catch {
            await site.remove()
            throw error
        }
    }

    @Test("The first certificate is made, and its authority published")
    func firstIssue() async throws {
        try await withSite { site in
            try await site.withManager { manager in
                let state = try await site.waitUntilItWorks()
                #expect(
                    state.leaf?.dnsNames == [
                        "tproxy-admission.\(site.namespace).svc",
                        "tproxy-admission.\(site.namespace).svc.cluster.local", "localhost",
                    ]
                )
                #expect(state.published == [try #require(state.authority)])

                let serving = try await site.client.get(.secrets, CertificateSite.servingSecret, in: site.namespace)
                #expect(serving["type"] == .string("kubernetes.io/tls"))
                #expect(serving["data"]?.objectValue?.keys.sorted() == ["ca.crt", "tls.crt", "tls.key"])
                #expect(serving.metadata.labels["app.kubernetes.io/managed-by"] == "tproxy-manager")
                #expect(try await site.data(CertificateSite.authoritySecret).keys.sorted() == ["ca.crt", "ca.key"])

                let expiry = "tproxy_manager_webhook_certificate_expiry_timestamp_seconds"
                let leaf = try #require(state.leaf)
                _ = try await eventually("the metric") {
                    try await manager.metric(#"\#(expiry){certificate="serving"}"#) == Double(leaf.validity.notAfter)
                        ? true : nil
                }
                #expect(try await manager.page("/readyz") == "ready, leading\n")
                #expect(try await manager.page("/healthz") == "ok\n")
                #expect(!manager.log.contains("PRIVATE KEY"))
            }
        }
    }

    @Test("Whatever others change is put right at once")
    func tampering() async throws {
        try await withSite { site in
            try await site.withManager { _ in
                let right = try await site.waitUntilItWorks()
                let foreign = try CertificateAuthority(
                    name: "foreign",
                    validity: CertificateValidity(from: Int64(Date().timeIntervalSince1970), seconds: 3600)
                )
                for bundle in [[], foreign.certificatePEM, right.published.flatMap(\.pem) + foreign.certificatePEM] {
                    try await site.publish(bundle)
                    _ = try await eventually("the bundle to be put right") {
                        try await site.state().published == right.published ? true : nil
                    }
                }

                let garbage = try object(#"{"data":{"tls.crt":"Z2FyYmFnZQ=="}}"#)
                try await site.client.mergePatch(
                    .secrets,
                    CertificateSite.servingSecret,
                    in: site.namespace,
                    garbage
                )
                let renewed = try await site.waitUntilItWorks()
                #expect(renewed.leaf != right.leaf)
                #expect(renewed.published == right.published)

                try await site.client.delete(.secrets, CertificateSite.servingSecret, in: site.namespace)
                _ = try await site.waitUntilItWorks()

                // The authority's key is gone: what is served stays accepted, and a successor is announced.
                let before = try await site.state()
                try await site.client.delete(.secrets, CertificateSite.authoritySecret, in: site.namespace)
                let after = try await eventually("a successor to be announced") {
                    let state = try await site.state()
                    #expect(state.works)
                    return state.published.count == 2 ? state : nil
                }
                #expect(after.leaf == before.leaf)
                #expect(Set(before.published).isSubset(of: after.published))
            }
        }
    }

    @Test("Leaf and authority are renewed, and no moment is without")
    func renewal() async throws {
        try await withSite { site in
            try await site.withManager(.short) { manager in
                let first = try await site.waitUntilItWorks()
                let firstAuthority = try #require(first.authority)
                var leaves: Set<CertificateFacts> = []
                var bundleSizes: Set<Int> = []
                _ = try await eventually("two changes of the authority", within: .seconds(120)) {
                    let state = try await site.state()
                    #expect(state.works, "\(state)")
                    if let leaf = state.leaf { leaves.insert(leaf) }
                    bundleSizes.insert(state.published.count)
                    guard state.published.contains(firstAuthority) == false, state.published.count == 1 else {
                        return nil as Bool?
                    }
                    let renewals = #"tproxy_manager_webhook_certificate_renewals_total{certificate="authority"}"#
                    return try await manager.metric(renewals).map { $0 >= 3 } == true ? true : nil
                }
                #expect(leaves.count >= 4)
                #expect(bundleSizes == [1, 2])
            }
        }
    }

    @Test("Where cert-manager is in charge nothing is touched")
    func handsOff() async throws {
        try await withSite { site in
            let patch = try object(#"{"metadata":{"annotations":{"cert-manager.io/inject-ca-from":"a/b"}}}"#)
            try await site.client.mergePatch(
                .validatingWebhookConfigurations,
                site.webhookConfiguration,
                patch
            )
            try await site.withManager { manager in
                _ = try await eventually("hands to be kept off", within: .seconds(60)) {
                    try await manager.metric("tproxy_manager_webhook_certificate_hands_off") == 1 ? true : nil
                }
                #expect(manager.log.contains("left to others"))
                #expect(try await site.data(CertificateSite.servingSecret).isEmpty)
                #expect(try await site.state().published.isEmpty)
            }
        }
    }

    @Test("A second manager takes over from one that stops, and from one that is killed")
    func takeOver() async throws {
        try await withSite { site in
            let first = try ManagerProcess(site, .init())
            do {
                try await first.waitUntilLeading()
                _ = try await site.waitUntilItWorks()
                try await site.withManager { second in
                    _ = try await eventually("the second to stand by", within: .seconds(60)) {
                        try await second.page("/readyz") == "ready, standing by\n" ? true : nil
                    }
                    first.process.signal(SIGTERM)
                    #expect(try await first.process.waitUntilExit() == .exited(0))
                    let lease = try await site.client.get(.leases, "tproxy-manager", in: site.namespace)
                    #expect(
                        lease["spec"]?["holderIdentity"] == nil
                            || second.log.contains(lease["spec"]?["holderIdentity"]?.stringValue ?? "-")
                    )
                    try await second.waitUntilLeading()

                    try await site.withManager { third in
                        second.process.signal(SIGKILL)
                        try await second.process.waitUntilExit()
                        try await site.client.delete(.secrets, CertificateSite.servingSecret, in: site.namespace)
                        _ = try await site.waitUntilItWorks()
                        try await third.waitUntilLeading()
                    }
                }
            } catch {
                await first.process.stop()
                throw error
            }
        }
    }

    @Test("What can't run says why, and ends with 1")
    func cannotRun() async throws {
        let directory = try TemporaryDirectory()
        let config = try directory.write("config: {logging: {level: loud}}\n", to: "config.yaml")
        let bad = try await ProcessRunner.run(
            [Programs.path("tproxy-manager"), "run", "--config", config, "--metrics-port", "0"]
        )
        #expect(bad.status == .exited(1))
        #expect((bad.output + bad.errorOutput).contains("config.logging.level"))
        try directory.write("{}\n", to: "config.yaml")
        let alone = try await ProcessRunner.run(
            [Programs.path("tproxy-manager"), "run", "--config", config, "--metrics-port", "0"]
        )
        #expect(alone.status == .exited(1))
    }
}
