public import NIOCore

/// Until when the relay waits for an application (RFC 5321 §4.5.3.2.7).
///
/// Set when the relay begins to wait, and moved by what the application completes, not by single bytes. No clock: the
/// time comes in.
public struct InputDeadline: Sendable {
    private let limit: Duration
    private var current: (progress: Int, deadline: NIODeadline)?

    /// The deadline of an application that nothing is expected of yet.
    public init(_ limit: Duration) {
        self.limit = limit
    }

    /// The deadline; nil while the next move isn't the application's.
    /// - Parameter progress: ``ServerMachine/progress``.
    public mutating func update(progress: Int, isWaiting: Bool, at now: NIODeadline) -> NIODeadline? {
        guard isWaiting else {
            current = nil
            return nil
        }
        if current?.progress != progress { current = (progress, now + TimeAmount(limit)) }
        return current?.deadline
    }
}
