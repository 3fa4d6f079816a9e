import TLS
import TestSupport
import Testing

@testable import WebhookCertificates

/// Leaders that come, go and crash, API servers and admission servers that learn of changes late, and one true time.
struct World {
    /// Someone who has read the objects and may or may not come to write.
    private struct Leader {
        let skew: Int64
        var seen: CertificateObservation?
    }

    /// What an API server trusts and what an admission server shows.
    struct Pair: Hashable {
        let trusted: [CertificateFacts]
        let leaf: CertificateFacts
    }

    /// A value that is seen some time after it was set.
    struct Delayed<Value: Equatable> {
        private var changes: [(at: Int64, value: Value)] = []
        private(set) var seen: Value?
        private var latest: Value?

        /// Nothing overtakes what was set before it.
        mutating func set(_ value: Value, at time: Int64) {
            guard value != latest else { return }
            latest = value
            changes.append((max(time, changes.last?.at ?? time), value))
        }

        mutating func advance(to time: Int64) {
            while let first = changes.first, first.at <= time {
                seen = first.value
                changes.removeFirst()
            }
        }
    }

    private var generator: SeededGenerator
    private var leaders: [Leader]
    private var apiServers: [Delayed<[CertificateFacts]>]
    private var pods: [Delayed<CertificateFacts>]
    private let names = WebhookNames()
    private let policy: CertificatePolicy
    /// Room between the policy and what really happens, for clocks that differ and writers that dawdle.
    private let slack: Int64 = 400

    private var spread: (bundle: [UInt8], facts: [CertificateFacts]) = ([], [])
    private(set) var store = Store()
    private(set) var now = Bench.start
    /// What met what, and when it last did.
    private(set) var met: [Pair: Int64] = [:]
    private(set) var crashes = 0
    private(set) var conflicts = 0
    private(set) var leaves: Set<String> = []
    private(set) var authorities: Set<String> = []

    init(seed: UInt64, policy: CertificatePolicy = Bench.policy) {
        generator = SeededGenerator(seed: seed)
        self.policy = policy
        leaders = [0, 120, -120].map { Leader(skew: $0) }
        apiServers = Array(repeating: Delayed(), count: 2)
        pods = Array(repeating: Delayed(), count: 3)
        store.install()
    }

    /// Runs until the first certificate is in use everywhere.
    mutating func start() throws {
        while !(apiServers.allSatisfy { $0.seen != nil } && pods.allSatisfy { $0.seen != nil }) {
            try step(checking: false)
        }
        // Until then, servers may have learnt of things in any order.
        let settled = now + policy.bundlePropagation + policy.leafPropagation
        while now < settled { try step(checking: false) }
    }

    /// A while passes, then one leader does one thing.
    mutating func step(checking: Bool = true) throws {
        // Now and then nobody is there for long.
        let longest: Int64 = Int.random(in: 0..<40, using: &generator) == 0 ? 2000 : 200
        now += Int64.random(in: 0...longest, using: &generator)
        try act()
        try spreadNews()
        if checking { check() }
    }

    private mutating func act() throws {
        let index = Int.random(in: leaders.indices, using: &generator)
        guard let seen = leaders[index].seen else {
            leaders[index].seen = store.objects
            return
        }
        leaders[index].seen = nil
        if Int.random(in: 0..<5, using: &generator) == 0 {
            crashes += 1
            return
        }
        let clock = now + leaders[index].skew
        let plan = CertificatePlanner(names: names, policy: policy).plan(seen, now: clock)
        guard let write = try CertificateMaker(names: names).write(for: plan.action, seen, now: clock) else { return }
        if !store.apply(write) { conflicts += 1 }
    }

    private mutating func spreadNews() throws {
        if let bundle = store.objects.webhook?.bundles.first, !bundle.isEmpty {
            if bundle != spread.bundle {
                spread = (bundle, try CertificateFacts.read(bundle))
                authorities.formUnion(spread.facts.map(\.fingerprint))
            }
            let facts = spread.facts
            for index in apiServers.indices {
                let late = Int64.random(in: 0...(policy.bundlePropagation - slack), using: &generator)
                apiServers[index].set(facts, at: now + late)
                apiServers[index].advance(to: now)
            }
        }
        if let leaf = ServingRecord(store.objects.serving)?.leaf {
            leaves.insert(leaf.fingerprint)
            for index in pods.indices {
                let late = Int64.random(in: 0...(policy.leafPropagation - slack), using: &generator)
                pods[index].set(leaf, at: now + late)
                pods[index].advance(to: now)
            }
        }
    }

    /// Every API server accepts every admission server.
    ///
    /// OpenSSL is asked when a pair is first met, and at the end for the last time it was met: a certificate that is
    /// valid at two times is so between them.
    private mutating func check() {
        for apiServer in apiServers {
            for pod in pods {
                guard let trusted = apiServer.seen, let leaf = pod.seen else { continue }
                let pair = Pair(trusted: trusted, leaf: leaf)
                if met[pair] == nil { verify(pair, at: now) }
                met[pair] = now
            }
        }
    }

    func checkLastTimes() {
        for (pair, time) in met { verify(pair, at: time) }
    }

    private func verify(_ pair: Pair, at time: Int64) {
        #expect(
            pair.leaf.isAccepted(trusting: pair.trusted, name: names.dnsNames[0], at: time),
            "at \(time - Bench.start): \(pair.leaf) by \(pair.leaf.issuer) among \(pair.trusted)"
        )
    }
}
