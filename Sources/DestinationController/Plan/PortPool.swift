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
    /// - Parameter isKept: Which ports are passed over though they are free.
    /// - Returns: `nil` where none is free.
    mutating func take(unless isKept: (Int) -> Bool = { _ in false }) -> Int? {
        guard freeCount > 0 else { return nil }
        for _ in uses.indices {
            let port = range.lowerBound + cursor
            cursor = (cursor + 1) % uses.count
            guard useCount(port) == 0, !isKept(port) else { continue }
            occupy(port)
            return port
        }
        return nil
    }

    /// Begins the next search anywhere. Where the process before this one was isn't known, and to begin at the same place
    /// each time would give out again what has just become free.
    mutating func startAnywhere(using generator: inout some RandomNumberGenerator) {
        cursor = Int.random(in: uses.indices, using: &generator)
    }
}
