/// The relay ports that can be given out. Pure.
///
/// Ports are given one behind the other, so that one that has become free is nobody's for as long as there are others.
struct PortPool: Hashable, Sendable {
    /// The ports that are given out.
    let range: ClosedRange<Int>
    /// How many there are that nobody has.
    private(set) var freeCount: Int
    /// By how many each port is used, from the range's first on.
    private var uses: [UInt32]
    /// Where the search for the next one begins, counted from the range's first.
    private var cursor = 0

    init(_ range: ClosedRange<Int>) {
        self.range = range
        freeCount = range.count
        uses = Array(repeating: 0, count: range.count)
    }

    /// Notes that somebody uses a port. Ports outside the range are never given out anyway.
    mutating func occupy(_ port: Int) {
        guard range.contains(port) else { return }
        let index = port - range.lowerBound
        if uses[index] == 0 { freeCount -= 1 }
        uses[index] += 1
    }

    /// Notes that somebody who used a port doesn't any more.
    mutating func vacate(_ port: Int) {
        guard range.contains(port), uses[port - range.lowerBound] > 0 else { return }
        let index = port - range.lowerBound
        uses[index] -= 1
        if uses[index] == 0 { freeCount += 1 }
    }

    /// By how many a port of the range is used.
    func useCount(_ port: Int) -> Int {
        range.contains(port) ? Int(uses[port - range.lowerBound]) : 0
    }

    /// Gives a port out, which is used from then on.
    ///
    /// - Returns: `nil` where none is free.
    mutating func take() -> Int? {
        guard freeCount > 0 else { return nil }
        while uses[cursor] > 0 { cursor = (cursor + 1) % uses.count }
        let port = range.lowerBound + cursor
        cursor = (cursor + 1) % uses.count
        occupy(port)
        return port
    }

    /// Begins the next search behind the highest port in use: the nearest to where a process before this one was.
    mutating func startBehindHighest() {
        guard let last = uses.lastIndex(where: { $0 > 0 }) else { return }
        cursor = (last + 1) % uses.count
    }
}
