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
    private static let maxCPUTime = Duration.milliseconds(500)
    private static let maxCPUTimePerByte = Duration.nanoseconds(100)

    @Test("a hostile mail server harms its own route only", arguments: HostilityRun.cells)
    func cell(_ cell: HostilityCell) async throws {
        let site = try HostilitySite.current
        let server = try site.server(cell)
        // A cell that fails leaves its attack to no other.
        defer { server.closeConnections() }
        let earlier = server.counters
        let route = RouteCounters(site.relay, cell.name)
        let messagesBefore = try await route.read().messages
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
        #expect(!reply.contains(site.password))

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

        let counters = try await route.read()
        #expect(counters.messages - messagesBefore == 1, "each message is counted once")
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
        #expect(!footprint.log.contains(site.password))
        print(
            "hostility: \(cell.testDescription): \(reply.prefix(9)), \(footprint.growth >> 10) KiB, \(footprint.cpuTime) of \(allowed),",
            "\(later.bytes - earlier.bytes) bytes, \(later.connections - earlier.connections) connections,",
            "\(messages) good messages, \(footprint.log.utf8.count) bytes logged"
        )
    }
}
