import Foundation

/// Holds threads until it is opened. For what blocks a thread by contract, and never for a task or an event loop.
public final class BlockingGate: Sendable {
    /// `isOpen` is only used under the condition's lock.
    private nonisolated(unsafe) var isOpen = false
    private let condition = NSCondition()

    public init() {}

    /// Waits until it is open.
    public func wait() {
        condition.withLock {
            while !isOpen { condition.wait() }
        }
    }

    public func open() {
        condition.withLock {
            isOpen = true
            condition.broadcast()
        }
    }
}
