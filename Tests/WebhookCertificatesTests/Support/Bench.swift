import TLS
import Testing

@testable import WebhookCertificates

/// A store, a planner and a clock that the test moves.
struct Bench {
    static let start: Int64 = 1_800_000_000
    static let policy: CertificatePolicy = {
        do {
            return try CertificatePolicy(
                authorityLifetime: 100_000,
                leafLifetime: 20_000,
                bundlePropagation: 1000,
                leafPropagation: 2000
            )
        } catch {
            return .standard
        }
    }()

    let names: WebhookNames
    let planner: CertificatePlanner
    var store = Store()
    var now = start

    init(names: WebhookNames = WebhookNames(), installed: Bool = true) {
        self.names = names
        planner = CertificatePlanner(names: names, policy: Self.policy)
        if installed { store.install() }
    }

    var plan: CertificatePlan { planner.plan(store.objects, now: now) }
    var record: AuthorityRecord { AuthorityRecord(store.objects.authority) }
    var serving: ServingRecord? { ServingRecord(store.objects.serving) }
    var published: [CertificateFacts] {
        get throws { try CertificateFacts.read(try #require(store.objects.webhook?.bundles.first)) }
    }

    /// One write, if the plan wants one.
    @discardableResult
    mutating func step() throws -> CertificateStage {
        let plan = plan
        if let write = try CertificateMaker(names: names).write(for: plan.action, store.objects, now: now) {
            let applied = store.apply(write)
            #expect(applied)
        }
        return plan.stage
    }

    /// Writes until there is nothing to write; returns the stages on the way, the one at the end included.
    @discardableResult
    mutating func settle() throws -> [CertificateStage] {
        var stages: [CertificateStage] = []
        for _ in 0..<20 {
            let plan = plan
            stages.append(plan.stage)
            guard plan.action != .wait else { return stages }
            try step()
        }
        Issue.record("it writes for ever: \(stages)")
        return stages
    }

    /// Settles, and goes on to when the plan wants to be asked again.
    mutating func advance() throws -> [CertificateStage] {
        now = try #require(plan.wakeAt)
        return try settle()
    }

    /// Whether the API server would accept what is in the serving Secret.
    var works: Bool {
        guard let leaf = serving?.leaf, serving?.hasKey == true, let published = try? published else { return false }
        return leaf.isAccepted(trusting: published, name: names.dnsNames[0], at: now)
    }

    mutating func changeServing(_ change: (inout SecretContent) -> Void) throws {
        var content = try #require(store.objects.serving)
        change(&content)
        store.put(content, as: .serving)
    }

    mutating func changeAuthority(_ change: (inout SecretContent) -> Void) throws {
        var content = try #require(store.objects.authority)
        change(&content)
        store.put(content, as: .authority)
    }

    mutating func changeWebhook(_ change: (inout WebhookContent) -> Void) throws {
        var content = try #require(store.objects.webhook)
        change(&content)
        store.put(content)
    }
}
