public import NIOCore

/// Until when the relay waits for an application: one that is silent, and one that holds a session without using it while
/// others wait for one. No clock: the time comes in.
public struct ClientDeadlines: Sendable {
    /// What the application has exceeded.
    public enum Expiry: Hashable, Sendable {
        case idleTime
        case stallTime
    }

    /// How soon to look again whether others wait, once an application holds a session for too long.
    private static let recheck = Duration.seconds(1)

    private let stallTime: Duration
    private var idle: InputDeadline
    private var stall: InputDeadline
    private var idleDeadline: NIODeadline?
    private var stallDeadline: NIODeadline?
    private var nextCheck: NIODeadline?

    /// - Parameters:
    ///   - idleTime: how long an application may be silent.
    ///   - stallTime: how long it may hold a session without using it while others wait.
    public init(idleTime: Duration, stallTime: Duration) {
        self.stallTime = stallTime
        idle = InputDeadline(idleTime)
        stall = InputDeadline(stallTime)
    }

    /// When to ask for ``expiry(isSessionWanted:at:)``; nil while the next move isn't the application's.
    public mutating func update(_ machine: ServerMachine, isWaiting: Bool, at now: NIODeadline) -> NIODeadline? {
        idleDeadline = idle.update(progress: machine.progress, isWaiting: isWaiting, at: now)
        stallDeadline = stall.update(
            progress: machine.heldProgress,
            isWaiting: isWaiting && machine.holdsSession,
            at: now
        )
        return next
    }

    /// What the application has exceeded by now.
    /// - Parameter isSessionWanted: whether others wait for a session.
    public mutating func expiry(isSessionWanted: Bool, at now: NIODeadline) -> Expiry? {
        if let idleDeadline, idleDeadline <= now { return .idleTime }
        guard let stallDeadline, stallDeadline <= now else { return nil }
        guard !isSessionWanted else { return .stallTime }
        nextCheck = now + TimeAmount(min(stallTime, Self.recheck))
        return nil
    }

    private var next: NIODeadline? {
        guard let stallDeadline else { return idleDeadline }
        let check = max(stallDeadline, nextCheck ?? stallDeadline)
        return min(check, idleDeadline ?? check)
    }
}
