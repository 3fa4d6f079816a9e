import FoundationEssentials
import NIOPosix
import TestSupport
import Testing

/// Messages, counted, while everything around the relay goes wrong, and the relay itself is replaced.
///
/// `TPROXY_CHAOS_MESSAGES` and `TPROXY_CHAOS_SEED` make it longer, or what it was; the seed decides what is sent and what
/// happens in which order, the machine when.
@Suite struct ChaosTests {
    private static let clients = 12
    private static let options = [
        "--pool-idle-time", "2", "--grace-period", "5", "--pool-wait", "10", "--forward-mail-at-once",
    ]

    @Test("What was answered with 250 is stored once, whole, and as the right tenant; nothing else is")
    func chaos() async throws {
        let variables = ProcessInfo.processInfo.environment
        let total = variables["TPROXY_CHAOS_MESSAGES"].flatMap(Int.init) ?? 20_000
        let seed = variables["TPROXY_CHAOS_SEED"].flatMap(UInt64.init) ?? .random(in: 1...999_999)
        print("chaos: \(total) messages, seed \(seed)")
        try await ChaosRelay.run(seed: seed, options: Self.options) { site, relay in
            try await Self.run(site, relay, total: total, seed: seed)
        }
    }

    private static func run(_ site: ChaosSite, _ relay: ChaosRelay, total: Int, seed: UInt64) async throws {
        let numbers = ChaosNumbers(total)
        try await withThrowingTaskGroup(of: Void.self) { group in
            group.addTask {
                var random = SeededGenerator(seed: seed)
                while !numbers.isOver {
                    try await site.strike(&random)
                    if Int.random(in: 0..<100, using: &random) == 0 { try await relay.replace() }
                    try await Task.sleep(for: .milliseconds(Int.random(in: 20...200, using: &random)))
                    try relay.observe()
                }
                site.calm()
            }
            for _ in 0..<clients {
                group.addTask {
                    while !Task.isCancelled, let number = numbers.next() {
                        if number.isMultiple(of: 5000) { print("chaos: \(number) of \(total) messages") }
                        let message = ChaosMessage(number, tenants: ChaosSite.tenants, seed: seed)
                        let client = ChaosClient(port: relay.port(of: message.tenant))
                        let outcome = await outcome(of: message, client)
                        site.ledger.note(outcome, of: number)
                        // Whoever is refused doesn't try again at once.
                        if outcome == .refused { try await Task.sleep(for: .milliseconds(30)) }
                    }
                }
            }
            try await group.waitForAll()
        }
        // What a relay knows of the ends that nobody knows is its own; what counts is what is stored.
        let faults = site.ledger.faults { number in
            ChaosSite.user(ChaosMessage(number, tenants: ChaosSite.tenants, seed: seed).tenant)
        }
        let words = "seed \(seed): \(faults.count) faults, such as \(faults.prefix(5))"
        #expect(faults.isEmpty, "\(words)")
        let counts = site.ledger.counts
        let ambiguous = site.ledger.ambiguousCopies
        print("chaos: \(counts.map { "\($0.key) \($0.value)" }.sorted().joined(separator: ", "));")
        print("chaos: \(ambiguous) stored without the application's knowing; \(relay.report)")
        #expect(counts[.accepted, default: 0] > total / 3, "much mail should get through: \(counts)")
        try await relay.waitUntilBack()
    }

    /// Sends a message, at once or when a relay listens again.
    private static func outcome(of message: ChaosMessage, _ client: ChaosClient) async -> ChaosOutcome {
        while true {
            if let outcome = await client.send(message, on: .singletonMultiThreadedEventLoopGroup) { return outcome }
            try? await Task.sleep(for: .milliseconds(20))
        }
    }
}
