/// Which of a name's addresses are tried, and in which order.
public enum AddressSelection {
    /// The most addresses of a name that are tried.
    public static let limit = 8

    /// The first addresses, with the families in turns (RFC 8305 §4), so that a name with many addresses of a family
    /// that isn't reachable still gets some of the other.
    public static func candidates(_ addresses: [IPAddress], limit: Int = limit) -> [IPAddress] {
        guard let first = addresses.first else { return [] }
        let preferred = addresses.filter { $0.family == first.family }
        let others = addresses.filter { $0.family != first.family }
        var candidates: [IPAddress] = []
        for index in 0..<max(preferred.count, others.count) where candidates.count < limit {
            candidates += [preferred, others].compactMap { index < $0.count ? $0[index] : nil }
        }
        return Array(candidates.prefix(limit))
    }
}
