/// A door that holds sessions up until a test opens it. Safe from any thread.
public final class SinkGate: Sendable {
    private struct State {
        var isOpen = false
        var arrivals = 0
    }

    private let state = Observed(State())

    /// Makes a closed gate.
    public init() {}

    /// Lets everyone pass, those who wait and those yet to come.
    public func open() {
        state.mutate { $0.isOpen = true }
    }

    /// How often a session has come to the gate, whether it was held or not.
    public var arrivals: Int {
        state.read { $0.arrivals }
    }

    /// Waits until `count` sessions have come to the gate.
    ///
    /// - Throws: ``SinkError`` (`timedOut`) when they haven't within `limit`.
    public func waitForArrivals(_ count: Int = 1, within limit: Duration = .seconds(20)) async throws {
        guard await state.wait(within: limit, until: { $0.arrivals >= count }) else {
            throw SinkError.timedOut("\(count) arrivals at a gate, \(arrivals) came")
        }
    }

    /// Counts an arrival and calls back, on any thread, once the gate is open.
    func pass(_ callback: @escaping @Sendable () -> Void) {
        state.mutate { $0.arrivals += 1 }
        state.whenever({ $0.isOpen }, callback)
    }
}
