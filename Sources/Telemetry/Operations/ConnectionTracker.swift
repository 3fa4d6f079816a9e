public import NIOCore
import Synchronization

/// The open connections of a server: caps their number and ends them when the server stops. May be used from any thread.
///
/// Whoever opens many can't keep others out: when there are too many, the peer that holds most of them gives one up. A
/// peer is an IP address. It gives up one that has no request in hand, where there is such a one, and of those the one
/// that nothing has happened on for longest. So a kubelet, which opens one connection for each probe, gets through.
public final class ConnectionTracker: Sendable {
    private struct Connection {
        let channel: any Channel
        var isBusy: Bool
        /// Grows from one event to the next, on whatever connection.
        var lastEvent: UInt64
    }

    private struct State {
        var peers: [String: [ObjectIdentifier: Connection]] = [:]
        var count = 0
        var events: UInt64 = 0
        var isClosing = false

        mutating func add(_ channel: any Channel, of peer: String) {
            events += 1
            count += 1
            let connection = Connection(channel: channel, isBusy: false, lastEvent: events)
            peers[peer, default: [:]][ObjectIdentifier(channel)] = connection
        }

        mutating func remove(_ channel: any Channel, of peer: String) {
            guard peers[peer]?.removeValue(forKey: ObjectIdentifier(channel)) != nil else { return }
            count -= 1
            if peers[peer]?.isEmpty == true { peers[peer] = nil }
        }

        /// Takes out what gives way to a newcomer, which is in already and so counts for its peer.
        mutating func removeOne(besides newcomer: any Channel) -> (any Channel)? {
            let most = peers.values.lazy.map(\.count).max()
            let candidates = peers.lazy.filter { $0.value.count == most }.flatMap { peer, connections in
                connections.values.lazy.filter { $0.channel !== newcomer }.map { (peer: peer, connection: $0) }
            }
            let last = candidates.min { first, second in
                let (first, second) = (first.connection, second.connection)
                return first.isBusy == second.isBusy ? first.lastEvent < second.lastEvent : second.isBusy
            }
            guard let last else { return nil }
            remove(last.connection.channel, of: last.peer)
            return last.connection.channel
        }
    }

    private let limit: Int
    private let whenReached: @Sendable () -> Void
    private let state = Mutex(State())

    /// - Parameters:
    ///   - limit: The most connections at a time; at least one.
    ///   - whenReached: Called each time that a connection has to give way to another.
    public init(limit: Int, whenReached: @escaping @Sendable () -> Void = {}) {
        self.limit = limit
        self.whenReached = whenReached
    }

    /// Takes a connection in, until it closes. Another may be closed for it.
    ///
    /// - Returns: `false` if the server is stopping.
    public func admit(_ channel: any Channel) -> Bool {
        let peer = Self.peer(of: channel)
        let (isAdmitted, displaced) = state.withLock { state -> (Bool, (any Channel)?) in
            guard !state.isClosing else { return (false, nil) }
            state.add(channel, of: peer)
            return (true, state.count > limit ? state.removeOne(besides: channel) : nil)
        }
        guard isAdmitted else { return false }
        // Later its address isn't known any more.
        channel.closeFuture.whenComplete { _ in self.state.withLock { $0.remove(channel, of: peer) } }
        if let displaced {
            whenReached()
            displaced.close(promise: nil)
        }
        return true
    }

    /// How many connections are taken in.
    public var count: Int { state.withLock { $0.count } }

    /// Lets a connection go that stays open.
    public func release(_ channel: any Channel) {
        let peer = Self.peer(of: channel)
        state.withLock { $0.remove(channel, of: peer) }
    }

    /// Notes that a whole request has come in on a connection, or that its answer has left.
    public func set(_ channel: any Channel, isBusy: Bool) {
        let peer = Self.peer(of: channel)
        state.withLock { state in
            state.events += 1
            state.peers[peer]?[ObjectIdentifier(channel)]?.isBusy = isBusy
            state.peers[peer]?[ObjectIdentifier(channel)]?.lastEvent = state.events
        }
    }

    /// Admits no more.
    ///
    /// - Returns: The connections still open.
    public func stopAdmitting() -> [any Channel] {
        state.withLock { state in
            state.isClosing = true
            return state.peers.values.flatMap { $0.values.map(\.channel) }
        }
    }

    private static func peer(of channel: any Channel) -> String {
        channel.remoteAddress?.plainIPAddress ?? ""
    }
}
