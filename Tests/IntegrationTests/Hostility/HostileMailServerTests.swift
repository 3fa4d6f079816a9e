import HostilePeers
import Testing

/// The hostility matrix: a mail server that turns hostile harms its own route only, and nothing grows without bound.
///
/// Every cell makes the same assertions. Waits have deadlines, which no passing cell comes near.
@Suite(.serialized, .hostilitySite)
struct HostileMailServerTests {
    /// Bytes by which the relay may grow.
    private static let maxGrowth = 8 << 20
    /// Bytes that the relay may log for one cell.
    private static let maxLog = 64 << 10
    /// Connections that the relay may open for one message.
    private static let maxConnections = 6
    /// CPU time of the relay beside the good messages: for handshakes, and for each byte that a server sends.
    private static let maxCPUTime = Duration.milliseconds(200)
    private static let maxCPUTimePerByte = Duration.nanoseconds(10)

    @Test("a hostile mail server harms its own route only", arguments: HostilityRun.cells)
    func cell(_ cell: HostilityCell) async throws {
        let site = try HostilitySite.current
        let server = try site.server(cell)
        // A cell that fails leaves its attack to no other.
        defer { server.closeConnections() }
        let earlier = server.counters
        let route = RouteCounters(site.relay, cell.name)
        let outcomes = try await route.read().outcomes
        let watch = try FootprintWatch(site.relay)

        // The application, and its neighbours on every event loop.
        let neighbours = Neighbours(site.goodPorts)
        async let sent = neighbours.sendUntilStopped()
        let reply: String
        do {
            reply = try await HostilityMail.send(to: site.port(cell))
        } catch {
            neighbours.stop()
            throw error
        }
        #expect(cell.replies.contains { reply.hasPrefix($0) }, "the reply is \(reply)")
        #expect(!site.secrets.contains { reply.contains($0) }, "the reply is \(reply)")

        // Everything is released while the server goes on.
        try await eventually("the route's connections and sessions to end", within: .seconds(20)) { () -> Void? in
            guard server.counters.openConnections == 0 else { return nil }
            return try await route.read().isReleased ? () : nil
        }
        neighbours.stop()
        let good = try await sent
        #expect(good.refusals.isEmpty, "neighbours received \(good.refusals)")
        #expect(good.accepted >= site.goodPorts.count)
        for port in site.goodPorts { #expect(try await HostilityMail.send(to: port).hasPrefix("250 ")) }

        // The relay's metrics may be up to a second old.
        let expected = outcomes.merging([cell.outcome: 1], uniquingKeysWith: +)
        let counters = try await eventually("the message to be counted as \(cell.outcome)") {
            let counters = try await route.read()
            return counters.outcomes == expected ? counters : nil
        }
        #expect(counters.isReleased)
        let later = server.counters
        #expect(later.hostileConnections > earlier.hostileConnections, "the server never turned hostile")
        #expect(later.connections - earlier.connections <= Self.maxConnections)

        let footprint = try await watch.stop()
        let messages = good.accepted + site.goodPorts.count
        let allowed =
            Self.maxCPUTime + Self.maxCPUTimePerByte * (later.bytes - earlier.bytes)
            + site.costs.message * 2 * messages + site.costs.metrics * 2 * route.reads
        #expect(footprint.growth <= Self.maxGrowth, "grown by \(footprint.growth >> 10) KiB")
        #expect(footprint.cpuTime <= allowed, "\(later.bytes - earlier.bytes) bytes, \(messages) messages")
        #expect(footprint.log.utf8.count <= Self.maxLog)
        #expect(!site.secrets.contains { footprint.log.contains($0) })
        print(
            "hostility: \(cell.testDescription): \(reply.prefix(9)), \(footprint.growth >> 10) KiB, \(footprint.cpuTime) of \(allowed),",
            "\(later.bytes - earlier.bytes) bytes, \(later.connections - earlier.connections) connections,",
            "\(messages) good messages, \(footprint.log.utf8.count) bytes logged"
        )
    }

    /// Applications on each route to a hostile server: more than the route may have sessions.
    private static let applications = 3

    @Test("all hostile mail servers together leave nothing behind")
    func together() async throws {
        let site = try HostilitySite.current
        defer { site.closeHostileConnections() }
        let cells = Set(HostilityRun.cells)
        let watch = try FootprintWatch(site.relay)
        let neighbours = Neighbours(site.goodPorts)
        async let sent = neighbours.sendUntilStopped()
        let odd = await withTaskGroup(of: String?.self) { group in
            for cell in cells {
                for _ in 0..<Self.applications {
                    group.addTask {
                        // So many attacks at once slow the attackers down, too: any reason is right, but no false 250.
                        let allowed = cell.outcome == "accepted" ? ["250 ", "451 4."] : ["451 4."]
                        do {
                            let reply = try await HostilityMail.send(to: site.port(cell))
                            return allowed.contains { reply.hasPrefix($0) } ? nil : "\(cell.testDescription): \(reply)"
                        } catch {
                            return "\(cell.testDescription): \(error)"
                        }
                    }
                }
            }
            return await group.reduce(into: [String]()) { odd, reply in if let reply { odd.append(reply) } }
        }
        neighbours.stop()
        let good = try await sent
        #expect(odd.isEmpty)
        #expect(good.refusals.isEmpty)
        try await eventually("the descriptors of the start", within: .seconds(30)) {
            try ProcessFootprint(of: site.relay.process).descriptors <= site.descriptors ? () : nil
        }
        #expect(try await RouteCounters(site.relay, nil).read().isReleased)
        let footprint = try await watch.stop()
        #expect(footprint.log.utf8.count <= Self.maxLog * cells.count)
        #expect(!site.secrets.contains { footprint.log.contains($0) })
        print("hostility: together: \(footprint.growth >> 10) KiB at most, \(good.accepted) good messages")
        #expect(footprint.growth <= 4 * Self.maxGrowth)
    }
}
