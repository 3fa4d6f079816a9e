/// Keys and when they are due, the earliest first.
struct DueTimes<Key: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    private struct Item {
        let due: Instant
        let key: Key
    }

    /// What holds; the heap may have items besides that don't any more.
    private var times: [Key: Instant] = [:]
    private var heap: [Item] = []

    /// The earliest of all.
    var first: Instant? {
        mutating get {
            while let top = heap.first, times[top.key] != top.due { pop() }
            return heap.first?.due
        }
    }

    /// Sets when a key is due, in place of what was set before.
    mutating func set(_ key: Key, _ due: Instant) {
        times[key] = due
        // Of what doesn't hold any more there is never much.
        if heap.count > 64, heap.count > 4 * times.count { rebuild() }
        push(Item(due: due, key: key))
    }

    mutating func remove(_ key: Key) {
        times[key] = nil
    }

    /// A key that is due, which is then forgotten.
    mutating func popDue(_ now: Instant) -> Key? {
        guard let first, first <= now, let key = heap.first?.key else { return nil }
        pop()
        times[key] = nil
        return key
    }

    private mutating func rebuild() {
        heap = []
        for (key, due) in times { push(Item(due: due, key: key)) }
    }

    private mutating func push(_ item: Item) {
        heap.append(item)
        var index = heap.count - 1
        while index > 0, heap[index].due < heap[(index - 1) / 2].due {
            heap.swapAt(index, (index - 1) / 2)
            index = (index - 1) / 2
        }
    }

    private mutating func pop() {
        guard let last = heap.popLast() else { return }
        guard !heap.isEmpty else { return }
        heap[0] = last
        var index = 0
        while true {
            var least = index
            for child in [2 * index + 1, 2 * index + 2] where child < heap.count && heap[child].due < heap[least].due {
                least = child
            }
            guard least != index else { return }
            heap.swapAt(index, least)
            index = least
        }
    }
}
