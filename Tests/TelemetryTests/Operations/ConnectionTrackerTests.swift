import NIOCore
import NIOEmbedded
import Synchronization
import Testing

@testable import Telemetry

@Suite("Which connection gives way to another")
struct ConnectionTrackerTests {
    /// Connections by name, admitted one after another.
    private final class Connections {
        private var channels: [(name: String, channel: EmbeddedChannel)] = []
        private var admitted: [String] = []
        let tracker: ConnectionTracker

        init(limit: Int, whenReached: @escaping @Sendable () -> Void = {}) {
            tracker = ConnectionTracker(limit: limit, whenReached: whenReached)
        }

        /// The names of those that are open.
        var open: [String] {
            for (_, channel) in channels { channel.embeddedEventLoop.run() }
            return admitted
        }

        func admit(_ name: String, from address: String) throws -> Bool {
            let channel = EmbeddedChannel()
            channel.remoteAddress = try SocketAddress(ipAddress: address, port: 1000 + channels.count)
            channels.append((name, channel))
            guard tracker.admit(channel) else { return false }
            admitted.append(name)
            channel.closeFuture.assumeIsolated().whenComplete { _ in self.admitted.removeAll { $0 == name } }
            return true
        }

        func set(_ name: String, isBusy: Bool) {
            for (other, channel) in channels where other == name { tracker.set(channel, isBusy: isBusy) }
        }

        func close(_ name: String) throws {
            for (other, channel) in channels where other == name {
                try channel.close().wait()
                channel.embeddedEventLoop.run()
            }
        }
    }

    @Test("The peer that holds most gives one up, not who comes or holds few")
    func peers() throws {
        let connections = Connections(limit: 4)
        for (name, address) in [("kubelet", "10.0.0.1"), ("a", "10.0.0.9"), ("b", "10.0.0.9"), ("c", "10.0.0.9")] {
            #expect(try connections.admit(name, from: address))
        }
        #expect(try connections.admit("d", from: "10.0.0.9"))
        #expect(connections.open == ["kubelet", "b", "c", "d"])
        #expect(try connections.admit("scraper", from: "fd00::2"))
        #expect(connections.open == ["kubelet", "c", "d", "scraper"])
    }

    @Test("Who opens a second one displaces none of those who have but one")
    func secondOfAPeer() throws {
        let connections = Connections(limit: 3)
        for (name, address) in [("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3"), ("c2", "10.0.0.3")] {
            #expect(try connections.admit(name, from: address))
        }
        #expect(connections.open == ["a", "b", "c2"])
    }

    @Test("Of peers alike, what has been idle longest gives way, and a request in hand last")
    func idleLongest() throws {
        let connections = Connections(limit: 3)
        for (name, address) in [("a", "10.0.0.1"), ("b", "10.0.0.2"), ("c", "10.0.0.3")] {
            #expect(try connections.admit(name, from: address))
        }
        connections.set("a", isBusy: true)
        connections.set("b", isBusy: true)
        connections.set("b", isBusy: false)
        #expect(try connections.admit("d", from: "10.0.0.4"))
        #expect(connections.open == ["a", "b", "d"])
        #expect(try connections.admit("e", from: "10.0.0.5"))
        #expect(connections.open == ["a", "d", "e"])
        connections.set("d", isBusy: true)
        connections.set("e", isBusy: true)
        #expect(try connections.admit("f", from: "10.0.0.6"))
        #expect(connections.open == ["d", "e", "f"])
    }

    @Test("What has closed makes room")
    func room() throws {
        let reached = Mutex(0)
        let connections = Connections(limit: 2) { reached.withLock { $0 += 1 } }
        for name in ["a", "b"] { #expect(try connections.admit(name, from: "10.0.0.1")) }
        try connections.close("a")
        #expect(try connections.admit("c", from: "10.0.0.1"))
        #expect(connections.open == ["b", "c"] && reached.withLock { $0 } == 0)
        #expect(try connections.admit("d", from: "10.0.0.1"))
        #expect(connections.open == ["c", "d"] && reached.withLock { $0 } == 1)
        #expect(connections.tracker.stopAdmitting().count == 2)
        #expect(try !connections.admit("e", from: "10.0.0.1"))
        #expect(reached.withLock { $0 } == 1)
    }
}
