/// A set of tenants in two blocks of memory, however many there are: strings would cost several times as much.
struct TenantSet: Hashable, Sendable {
    /// The names one behind the other, in the order of their octets.
    private let octets: [UInt8]
    /// Where in ``octets`` each name ends.
    private let ends: [UInt32]

    /// Takes names of DNS labels' length; none twice.
    init(_ names: [String]) {
        let sorted = names.map { Array($0.utf8) }.sorted { $0.lexicographicallyPrecedes($1) }
        var ends: [UInt32] = []
        ends.reserveCapacity(sorted.count)
        var octets: [UInt8] = []
        octets.reserveCapacity(sorted.reduce(0) { $0 + $1.count })
        for name in sorted {
            octets += name
            ends.append(UInt32(clamping: octets.count))
        }
        self.octets = octets
        self.ends = ends
    }

    func contains(_ name: String) -> Bool {
        var name = name
        return name.withUTF8 { wanted in
            var range = ends.indices
            while let middle = range.isEmpty ? nil : range.lowerBound + range.count / 2 {
                let start = middle == 0 ? 0 : Int(ends[middle - 1])
                let candidate = octets[start..<Int(ends[middle])]
                if candidate.elementsEqual(wanted) { return true }
                range =
                    candidate.lexicographicallyPrecedes(wanted)
                    ? middle + 1..<range.upperBound : range.lowerBound..<middle
            }
            return false
        }
    }
}
