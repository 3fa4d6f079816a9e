import NIOCore

/// One time limit at a time, cheap to move: the timer that is set runs on and looks, when it fires, whether the limit
/// has been put off. A connection moves its limit with every command, and only an idle one pays for a timer.
///
/// Belongs to its event loop.
final class Watchdog {
    private let loop: any EventLoop
    private let fire: () -> Void
    private var deadline: NIODeadline?
    private var timer: (task: Scheduled<Void>, at: NIODeadline)?

    init(on loop: any EventLoop, _ fire: @escaping () -> Void) {
        self.loop = loop
        self.fire = fire
    }

    /// Sets the limit, counted from now; nil lifts it.
    func set(_ limit: Duration?) {
        set(until: limit.map { loop.now + TimeAmount($0) })
    }

    /// Sets the limit; nil lifts it.
    func set(until deadline: NIODeadline?) {
        self.deadline = deadline
        guard let deadline else { return }
        if let timer, timer.at <= deadline { return }
        timer?.task.cancel()
        schedule(at: deadline)
    }

    /// Lifts the limit and lets go of everything: call it when the connection closes.
    func stop() {
        deadline = nil
        timer?.task.cancel()
        timer = nil
    }

    private func schedule(at time: NIODeadline) {
        let task = loop.assumeIsolated().scheduleTask(deadline: time) { self.look() }
        timer = (task, time)
    }

    private func look() {
        timer = nil
        guard let deadline else { return }
        guard deadline <= loop.now else { return schedule(at: deadline) }
        self.deadline = nil
        fire()
    }
}
