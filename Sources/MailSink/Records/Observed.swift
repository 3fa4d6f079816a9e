import Synchronization

/// A value behind a lock that callers can wait on: they name a condition, and hear when a change makes it true.
///
/// Safe from any thread. No caller's code runs while the lock is held, but for the conditions themselves, which must
/// be quick and must not use the same `Observed`.
final class Observed<State: Sendable>: Sendable {
    private struct Waiter {
        let condition: @Sendable (State) -> Bool
        let resume: @Sendable (_ satisfied: Bool) -> Void
    }

    private struct Storage {
        var state: State
        var waiters: [UInt64: Waiter] = [:]
        var nextID: UInt64 = 0
    }

    private let storage: Mutex<Storage>

    init(_ state: State) {
        storage = Mutex(Storage(state: state))
    }

    /// A copy of the value as it is now.
    var current: State {
        storage.withLock { $0.state }
    }

    /// Reads a part of the value without copying the rest.
    func read<Part: Sendable>(_ body: (borrowing State) -> Part) -> Part {
        storage.withLock { body($0.state) }
    }

    /// Changes the value, then resumes whoever waited for what it has become.
    @discardableResult
    func mutate<Part: Sendable>(_ body: (inout State) -> Part) -> Part {
        let (part, satisfied) = storage.withLock { storage -> (Part, [Waiter]) in
            let part = body(&storage.state)
            guard !storage.waiters.isEmpty else { return (part, []) }
            let due = storage.waiters.filter { $0.value.condition(storage.state) }
            for id in due.keys {
                storage.waiters[id] = nil
            }
            return (part, Array(due.values))
        }
        for waiter in satisfied {
            waiter.resume(true)
        }
        return part
    }

    /// Calls back once, at once or on the thread whose change makes `condition` true.
    func whenever(_ condition: @escaping @Sendable (State) -> Bool, _ callback: @escaping @Sendable () -> Void) {
        _ = register(condition) { _ in callback() }
    }

    /// Waits until `condition` is true.
    ///
    /// - Returns: whether it came true before `limit` was over and before the task was cancelled.
    func wait(within limit: Duration, until condition: @escaping @Sendable (State) -> Bool) async -> Bool {
        await withTaskGroup(of: Bool.self) { group in
            group.addTask { await self.satisfied(condition) }
            group.addTask {
                try? await Task.sleep(for: limit)
                return false
            }
            let first = await group.next() ?? false
            group.cancelAll()
            return first
        }
    }

    private func satisfied(_ condition: @escaping @Sendable (State) -> Bool) async -> Bool {
        let registration = Mutex<UInt64?>(nil)
        return await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let id = register(condition) { continuation.resume(returning: $0) }
                registration.withLock { $0 = id }
                // The cancellation may have come before there was anything to cancel.
                if Task.isCancelled { expire(id) }
            }
        } onCancel: {
            expire(registration.withLock { $0 })
        }
    }

    private func register(
        _ condition: @escaping @Sendable (State) -> Bool,
        _ resume: @escaping @Sendable (Bool) -> Void
    ) -> UInt64? {
        let id = storage.withLock { storage -> UInt64? in
            if condition(storage.state) { return nil }
            storage.nextID += 1
            storage.waiters[storage.nextID] = Waiter(condition: condition, resume: resume)
            return storage.nextID
        }
        if id == nil { resume(true) }
        return id
    }

    private func expire(_ id: UInt64?) {
        guard let id else { return }
        storage.withLock { $0.waiters.removeValue(forKey: id) }?.resume(false)
    }
}
