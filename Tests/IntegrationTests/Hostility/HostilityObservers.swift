import Synchronization

/// Good applications, one to each good route, that send one message after the other.
final class Neighbours: Sendable {
    struct Result: Sendable {
        var accepted = 0
        var refusals: [String] = []
    }

    private let ports: [Int]
    private let isStopped = Mutex(false)

    init(_ ports: [Int]) { self.ports = ports }

    func stop() { isStopped.withLock { $0 = true } }

    /// Sends until ``stop()``, and at least once on each route.
    func sendUntilStopped() async throws -> Result {
        try await withThrowingTaskGroup(of: Result.self) { group in
            for port in ports {
                group.addTask {
                    var result = Result()
                    repeat {
                        let reply = try await HostilityMail.send(to: port)
                        if reply.hasPrefix("250 ") { result.accepted += 1 } else { result.refusals.append(reply) }
                        try await Task.sleep(for: .milliseconds(100))
                    } while !self.isStopped.withLock(\.self)
                    return result
                }
            }
            return try await group.reduce(into: Result()) { all, part in
                all.accepted += part.accepted
                all.refusals += part.refusals
            }
        }
    }
}

/// What the relay takes of the machine from now on.
final class FootprintWatch: Sendable {
    struct Result: Sendable {
        /// By how much resident memory rose at most, in bytes.
        let growth: Int
        let cpuTime: Duration
        /// What was logged.
        let log: Substring
    }

    private let relay: RelayProcess
    private let start: ProcessFootprint
    private let logStart: Int
    private let sampling: Task<Int, any Error>

    init(_ relay: RelayProcess) throws {
        self.relay = relay
        start = try ProcessFootprint(of: relay.process)
        logStart = relay.log.utf8.count
        sampling = Task {
            var max = 0
            while !Task.isCancelled {
                max = Swift.max(max, try ProcessFootprint(of: relay.process).memory)
                try? await Task.sleep(for: .milliseconds(20))
            }
            return max
        }
    }

    func stop() async throws -> Result {
        sampling.cancel()
        let end = try ProcessFootprint(of: relay.process)
        let log = relay.log
        return Result(
            growth: max(try await sampling.value, end.memory) - start.memory,
            cpuTime: end.cpuTime - start.cpuTime,
            log: log[log.utf8.index(log.startIndex, offsetBy: logStart)...]
        )
    }
}

/// The relay's counters of one route, or of all.
final class RouteCounters: Sendable {
    struct Values: Sendable {
        /// Open connections and sessions.
        var open = 0
        /// Transactions by outcome.
        var outcomes: [String: Int] = [:]

        var isReleased: Bool { open == 0 }
    }

    private let relay: RelayProcess
    private let label: String
    private let readCount = Mutex(0)

    /// - Parameter destination: nil for all.
    init(_ relay: RelayProcess, _ destination: String?) {
        self.relay = relay
        label = destination.map { "destination=\"\($0)\"" } ?? "destination="
    }

    /// How often the metrics were read.
    var reads: Int { readCount.withLock(\.self) }

    func read() async throws -> Values {
        readCount.withLock { $0 += 1 }
        var values = Values()
        for line in try await relay.metrics().split(separator: "\n") where line.contains(label) {
            guard let value = line.split(separator: " ").last.flatMap({ Int($0) }) else { continue }
            switch line.prefix(while: { $0 != "{" }) {
            case "tp_open_tcp_connections", "tproxy_upstream_waiting", "tproxy_upstream_sessions": values.open += value
            case "tproxy_messages_total":
                let outcome = line.firstRange(of: "outcome=\"").map { line[$0.upperBound...].prefix { $0 != "\"" } }
                values.outcomes[String(outcome ?? ""), default: 0] += value
            default: break
            }
        }
        return values
    }
}
