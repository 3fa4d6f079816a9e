import Synchronization

/// Bounds how many large responses are written at a time. May be used from any thread.
///
/// Requests that wait get a slot in the order of their arrival. One client address has at most half of the slots, so
/// one that reads slowly leaves the rest to the others.
final class ResponseSlots: Sendable {
    /// A place among the large responses; freed with the last reference to it.
    final class Slot: Sendable {
        private let slots: ResponseSlots
        private let id: UInt64

        fileprivate init(_ slots: ResponseSlots, _ id: UInt64) {
            self.slots = slots
            self.id = id
        }

        deinit { slots.end(id) }
    }

    private struct State {
        var order: ResponseSlotOrder
        var nextID: UInt64 = 0
        var waiting: [UInt64: CheckedContinuation<Bool, Never>] = [:]
    }

    private let state: Mutex<State>
    private let whenFull: @Sendable () -> Void

    /// - Parameters:
    ///   - limit: The most large responses at a time; at least one.
    ///   - whenFull: Called each time that a response has to wait.
    init(limit: Int, whenFull: @escaping @Sendable () -> Void = {}) {
        self.state = Mutex(State(order: ResponseSlotOrder(limit: limit)))
        self.whenFull = whenFull
    }

    /// How many requests wait.
    var waitingCount: Int { state.withLock { $0.waiting.count } }

    /// A slot if one is free for this client, without waiting.
    func take(for address: String) -> Slot? {
        let granted = state.withLock { state -> UInt64? in
            state.nextID += 1
            guard state.order.begin(state.nextID, from: address) else {
                // It doesn't wait here, so it grants nothing to others.
                _ = state.order.end(state.nextID)
                return nil
            }
            return state.nextID
        }
        return granted.map { Slot(self, $0) }
    }

    /// A slot, as soon as it is this client's turn; `nil` if the task is cancelled first.
    func wait(for address: String) async -> Slot? {
        let id = state.withLock { state in
            state.nextID += 1
            return state.nextID
        }
        let isGranted = await withTaskCancellationHandler {
            await withCheckedContinuation { continuation in
                let answer: Bool? = state.withLock { state in
                    guard !Task.isCancelled else { return false }
                    if state.order.begin(id, from: address) { return true }
                    state.waiting[id] = continuation
                    return nil
                }
                guard let answer else { return whenFull() }
                continuation.resume(returning: answer)
            }
        } onCancel: {
            state.withLock { $0.waiting.removeValue(forKey: id) }?.resume(returning: false)
        }
        guard isGranted else {
            end(id)
            return nil
        }
        return Slot(self, id)
    }

    private func end(_ id: UInt64) {
        let granted = state.withLock { state in
            state.order.end(id).compactMap { state.waiting.removeValue(forKey: $0) }
        }
        for continuation in granted { continuation.resume(returning: true) }
    }
}

/// Whose turn it is to write a large response. No I/O.
struct ResponseSlotOrder {
    private let limit: Int
    private let limitByAddress: Int
    private var active: [UInt64: String] = [:]
    private var activeByAddress: [String: Int] = [:]
    /// In the order of arrival.
    private var waiting: [(id: UInt64, address: String)] = []

    /// - Parameter limit: The most responses at a time; at least one.
    init(limit: Int) {
        self.limit = limit
        self.limitByAddress = max(limit / 2, 1)
    }

    /// A response is ready to be written.
    ///
    /// - Returns: Whether it may be written now. If not, it waits until `end` names it or is called for it.
    mutating func begin(_ id: UInt64, from address: String) -> Bool {
        waiting.append((id, address))
        return grant().contains(id)
    }

    /// A response has been written, or its client is gone, whether it waited or not.
    ///
    /// - Returns: The responses that may be written now.
    mutating func end(_ id: UInt64) -> [UInt64] {
        waiting.removeAll { $0.id == id }
        if let address = active.removeValue(forKey: id) {
            let rest = activeByAddress[address, default: 0] - 1
            activeByAddress[address] = rest > 0 ? rest : nil
        }
        return grant()
    }

    private mutating func grant() -> [UInt64] {
        var granted: [UInt64] = []
        var index = 0
        while active.count < limit, index < waiting.count {
            let (id, address) = waiting[index]
            guard activeByAddress[address, default: 0] < limitByAddress else {
                index += 1
                continue
            }
            waiting.remove(at: index)
            active[id] = address
            activeByAddress[address, default: 0] += 1
            granted.append(id)
        }
        return granted
    }
}
