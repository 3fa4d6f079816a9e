/// The last so many texts.
struct RecentTexts: Sendable {
    private let capacity: Int
    private var ring: [String] = []
    private var next = 0
    private var all: Set<String> = []

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    func contains(_ text: String) -> Bool { all.contains(text) }

    mutating func insert(_ text: String) {
        guard all.insert(text).inserted else { return }
        if ring.count < capacity {
            ring.append(text)
        } else {
            all.remove(ring[next])
            ring[next] = text
            next = (next + 1) % capacity
        }
    }
}
