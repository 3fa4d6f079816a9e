public import NIOCore
import Synchronization

/// The open connections of a server: caps their number and ends them when the server stops. May be used from any thread.
public final class ConnectionTracker: Sendable {
    private struct State {
        var channels: [ObjectIdentifier: any Channel] = [:]
        var isClosing = false
    }

    private let limit: Int
    private let state = Mutex(State())

    /// - Parameter limit: The most connections at a time.
    public init(limit: Int) {
        self.limit = limit
    }

    /// Takes a connection in, until it closes.
    ///
    /// - Returns: `false` if there are too many, or the server is stopping.
    public func admit(_ channel: any Channel) -> Bool {
        let isAdmitted = state.withLock { state in
            guard !state.isClosing, state.channels.count < limit else { return false }
            state.channels[ObjectIdentifier(channel)] = channel
            return true
        }
        if isAdmitted {
            channel.closeFuture.whenComplete { _ in
                self.state.withLock { _ = $0.channels.removeValue(forKey: ObjectIdentifier(channel)) }
            }
        }
        return isAdmitted
    }

    /// Admits no more.
    ///
    /// - Returns: The connections still open.
    public func stopAdmitting() -> [any Channel] {
        state.withLock { state in
            state.isClosing = true
            return Array(state.channels.values)
        }
    }
}
