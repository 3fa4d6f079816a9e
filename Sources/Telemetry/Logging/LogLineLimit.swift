import Logging

/// How many lines of one kind are written in a period. Kinds are told apart by level, message and route.
///
/// Pure: time is an argument.
struct LogLineLimit: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// Lines that count together.
    struct Kind: Hashable, Sendable {
        let level: Logger.Level
        let message: String
        let route: String
    }

    /// Lines that were left out in a period that is over.
    struct Omission: Hashable, Sendable {
        let kind: Kind
        let count: Int
    }

    /// For how long lines are counted together.
    static let period = Duration.seconds(60)

    private struct Count: Sendable {
        var written = 0
        var omitted = 0
    }

    private var counts: [Kind: Count] = [:]
    /// The periods that run, by their ends. All are of one length, so the first ends first.
    private var ends: [(kind: Kind, end: Instant)] = []
    private var firstEnd = 0

    /// Lines of one kind that are written in a period; nil for all. Trace and debug lines are asked for to see everything.
    static func limit(_ level: Logger.Level) -> Int? {
        switch level {
        case .trace, .debug: nil
        case .info: 6000
        case .notice: 600
        case .warning, .error, .critical: 10
        }
    }

    /// Counts a line.
    /// - Returns: whether it is to be written.
    mutating func admits(_ kind: Kind, at now: Instant) -> Bool {
        guard let limit = Self.limit(kind.level) else { return true }
        if counts[kind] == nil { ends.append((kind, now + Self.period)) }
        guard counts[kind, default: Count()].written < limit else {
            counts[kind]?.omitted += 1
            return false
        }
        counts[kind, default: Count()].written += 1
        return true
    }

    /// Ends the periods that are over.
    /// - Returns: what was left out in them.
    mutating func omissions(until now: Instant) -> [Omission] {
        var omissions: [Omission] = []
        while firstEnd < ends.count, ends[firstEnd].end <= now {
            let kind = ends[firstEnd].kind
            firstEnd += 1
            guard let count = counts.removeValue(forKey: kind), count.omitted > 0 else { continue }
            omissions.append(Omission(kind: kind, count: count.omitted))
        }
        if firstEnd > ends.count / 2 {
            ends.removeFirst(firstEnd)
            firstEnd = 0
        }
        return omissions
    }
}
