import RelayRoutes
import Synchronization

/// What this relay says of its routes, for those who want to hear of every change. May be used from any thread.
final class RouteBoard: Sendable {
    /// How many may wait for changes at a time. The others are answered at once, so that the health checks on the same
    /// port still find a connection.
    static let maximumWaiters = 32

    private struct State {
        var journal: RouteJournal
        var waiters: [UInt64: CheckedContinuation<Void, Never>] = [:]
        var lastWaiter: UInt64 = 0

        mutating func takeWaiters() -> [CheckedContinuation<Void, Never>] {
            defer { waiters = [:] }
            return Array(waiters.values)
        }
    }

    private let state: Mutex<State>

    init(run: String = String(UInt64.random(in: .min ... .max), radix: 36), limit: Int = 10_000) {
        state = Mutex(State(journal: RouteJournal(run: run, limit: limit)))
    }

    /// All reports, by port.
    var reports: [RouteReport] { state.withLock { $0.journal.reports } }

    /// What is said of a port.
    subscript(port: Int) -> RouteReport? { state.withLock { $0.journal[port] } }

    func set(_ report: RouteReport) {
        change { $0.set(report) }
    }

    func remove(port: Int) {
        change { $0.remove(port: port) }
    }

    /// Says how the look-up of a port's destination has ended.
    ///
    /// - Parameter mailServerPort: The port of the mail server, where it is known.
    func lookedUp(port: Int, _ lookup: RouteReport.Lookup, mailServerPort: Int? = nil) {
        change { journal in
            guard var report = journal[port] else { return false }
            report.lookup = lookup
            report.mailServerPort = mailServerPort
            return journal.set(report)
        }
    }

    private func change(_ body: (inout RouteJournal) -> Bool) {
        let waiters = state.withLock { state in body(&state.journal) ? state.takeWaiters() : [] }
        for waiter in waiters { waiter.resume() }
    }

    /// What is new to one who knows everything up to a revision, at the latest after `limit` if there is nothing.
    func changes(epoch: String?, after: Int?, waiting limit: Duration) async -> RouteChanges {
        let changes = state.withLock { $0.journal.changes(epoch: epoch, after: after) }
        guard changes.isEmpty, limit > .zero else { return changes }
        await withTaskGroup(of: Void.self) { group in
            group.addTask { await self.wait(beyond: changes.revision) }
            group.addTask { try? await Task.sleep(for: limit) }
            await group.next()
            group.cancelAll()
        }
        return state.withLock { $0.journal.changes(epoch: epoch, after: after) }
    }

    /// Returns when there is a later revision, when too many wait, or when the task is cancelled.
    private func wait(beyond revision: Int) async {
        let number = state.withLock { state in
            state.lastWaiter += 1
            return state.lastWaiter
        }
        await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let waits = state.withLock { state in
                    guard state.journal.revision == revision, state.waiters.count < Self.maximumWaiters,
                        !Task.isCancelled
                    else { return false }
                    state.waiters[number] = continuation
                    return true
                }
                if !waits { continuation.resume() }
            }
        } onCancel: {
            state.withLock { $0.waiters.removeValue(forKey: number) }?.resume()
        }
    }
}
