import Synchronization

/// Runs asynchronous work in the order in which it was handed over, one piece at a time. May be used from any thread.
final class SerialTasks: Sendable {
    private let last = Mutex<Task<Void, Never>?>(nil)

    /// Hands work over.
    ///
    /// - Returns: The work's task, which also waits for all that was handed over before.
    @discardableResult
    func add(_ work: @escaping @Sendable () async -> Void) -> Task<Void, Never> {
        last.withLock { last in
            let task = Task { [last] in
                await last?.value
                await work()
            }
            last = task
            return task
        }
    }
}
