/// Cuts an input into the pieces in which it might come over a network.
enum Split {
    /// Some ways to cut it, which follow from the input itself.
    static func all(_ octets: [UInt8]) -> [[[UInt8]]] {
        var state = octets.reduce(UInt64(octets.count)) { ($0 ^ UInt64($1)) &* 0x100_0000_01B3 }
        func piecewise(_ most: Int) -> [[UInt8]] {
            var pieces: [[UInt8]] = []
            var rest = octets[...]
            while !rest.isEmpty {
                state = state &* 6_364_136_223_846_793_005 &+ 1_442_695_040_888_963_407
                let count = min(rest.count, 1 + Int(state >> 33) % most)
                pieces.append(Array(rest.prefix(count)))
                rest = rest.dropFirst(count)
            }
            return pieces
        }
        return [octets.map { [$0] }, piecewise(3), piecewise(40)]
    }
}
