import HostilePeers
import NIOPosix
import TestSupport
import Testing

/// Sessions that no good client has, over every limit, while good mail flows through the same relay.
@Suite struct HostilityTests {
    private static let sessions = 10_000
    private static let tasks = 120
    private static let seed: UInt64 = 1
    /// The tenant that only good mail comes from; the broken sessions are another's.
    private static let good = 1
    private static let idleTime = 1

    @Test("Ten thousand broken sessions are answered or closed, leave nothing behind, and good mail flows")
    func hostility() async throws {
        try await ChaosRelay.run(
            seed: Self.seed,
            isCalm: true,
            options: [
                "--connections", "400", "--connections-per-route", "150", "--idle-time", "\(Self.idleTime)",
                "--recipient-limit", "100", "--text-line-limit", "1000", "--pool-idle-time", "2", "--pool-sessions",
                "40",
                "--pool-wait", "2",
            ],
            Self.run
        )
    }

    private static func run(_ site: ChaosSite, _ relay: ChaosRelay) async throws {
        let before = try await sendGoodMail(from: 1_000_000, site, relay, until: 300)
        let numbers = ChaosNumbers(sessions)
        let during = try await withThrowingTaskGroup(of: Findings.self) { group in
            group.addTask {
                Findings(times: try await sendGoodMail(from: 2_000_000, site, relay, until: .max) { numbers.isOver })
            }
            for _ in 0..<tasks {
                group.addTask {
                    var findings = Findings()
                    while !Task.isCancelled, let number = numbers.next() {
                        if number.isMultiple(of: 2500) { print("hostility: \(number) of \(sessions) sessions") }
                        guard let client = HostileClient(turn: number) else { continue }
                        let heard = await client.run(
                            port: relay.port(of: 0),
                            using: SeededGenerator(seed: UInt64(number)),
                            on: .singletonMultiThreadedEventLoopGroup
                        )
                        if let heard, !isMadeOfReplies(heard) {
                            let text = String(decoding: heard.prefix(300), as: UTF8.self)
                            findings.odd.append("\(client): \(text.debugDescription)")
                        }
                        if number.isMultiple(of: 50) { try relay.observe() }
                    }
                    return findings
                }
            }
            var all = Findings()
            for try await part in group {
                all.times += part.times
                all.odd += part.odd
            }
            return all
        }
        #expect(during.odd.isEmpty, "\(during.odd.count), such as \(during.odd.prefix(3))")
        #expect(during.times.count > 100)
        let faults = site.ledger.faults { _ in ChaosSite.user(good) }
        #expect(faults.isEmpty, "\(faults.count) faults, such as \(faults.prefix(5))")
        // How fast it stays is for the benchmark to say.
        print("hostility: good mail's p99 \(p99(before)) before, \(p99(during.times)) meanwhile; \(relay.report)")
        try await relay.waitUntilBack()
    }

    /// What one of the tasks has found.
    private struct Findings: Sendable {
        /// How long good messages took.
        var times: [Duration] = []
        /// What was heard that is no reply.
        var odd: [String] = []
    }

    private static func p99(_ times: [Duration]) -> Duration { times.sorted()[times.count * 99 / 100] }

    /// Sends one message after the other, to a route of its own, and tells how long each took.
    private static func sendGoodMail(
        from first: Int,
        _ site: ChaosSite,
        _ relay: ChaosRelay,
        until count: Int,
        isOver: @Sendable () -> Bool = { false }
    ) async throws -> [Duration] {
        let client = ChaosClient(port: relay.port(of: good))
        var times: [Duration] = []
        var number = first
        while !isOver(), times.count < count {
            number += 1
            let message = ChaosMessage(number, tenants: ChaosSite.tenants, seed: seed)
            guard message.tenant == good, message.manner == .patient else { continue }
            let start = ContinuousClock.now
            let outcome = await client.send(message, on: .singletonMultiThreadedEventLoopGroup)
            guard let outcome else { throw Refused() }
            times.append(ContinuousClock.now - start)
            site.ledger.note(outcome, of: number)
            guard outcome == .accepted else { throw Refused() }
        }
        return times
    }

    /// Good mail wasn't taken.
    struct Refused: Error {}

    /// Whether it is nothing but replies, each line with its code (RFC 5321 §4.2).
    private static func isMadeOfReplies(_ octets: [UInt8]) -> Bool {
        let text = String(decoding: octets, as: UTF8.self)
        guard text.isEmpty || text.hasSuffix("\r\n") || octets.count >= 1 << 16 else { return false }
        return text.split(separator: "\r\n").dropLast(octets.count >= 1 << 16 ? 1 : 0).allSatisfy { line in
            guard let code = Int(line.prefix(3)), (200..<600).contains(code) else { return false }
            return line.count == 3 || line.dropFirst(3).first == " " || line.dropFirst(3).first == "-"
        }
    }
}
