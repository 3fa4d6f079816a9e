/// Decides which notes become Events, so that a resource that fails at every turn fills neither the cluster nor our memory.
/// Pure.
struct EventBook {
    typealias Instant = ContinuousClock.Instant

    /// What to do about a note.
    enum Action: Hashable {
        /// Make an Event; the number tells it from all others of this process.
        case create(number: Int)
        /// It has happened so many times: say so in the Event.
        case extend(number: Int, count: Int)
        /// Nothing, for now or for good.
        case skip
    }

    private struct Key: Hashable {
        let uid: String
        let note: EventNote
    }

    private struct Known {
        let number: Int
        var count = 1
        var seen: Instant
        var written: Instant
    }

    /// The same note within this time is the same Event.
    static let sameness = Duration.seconds(600)
    /// How often the count in an Event is brought up to date.
    static let extensionPause = Duration.seconds(30)
    /// How many different notes, and resources, are remembered.
    static let mostKnown = 2000

    private var known: [Key: Known] = [:]
    private var subjects: [String: TokenBucket] = [:]
    private var all: TokenBucket
    private var nextNumber = 0
    private var swept: Instant

    init(now: Instant) {
        swept = now
        all = TokenBucket(capacity: 200, perSecond: 5, now: now)
    }

    /// Something is to be told of a resource.
    ///
    /// - Parameter uid: The resource's `metadata.uid`.
    mutating func note(_ note: EventNote, about uid: String, now: Instant) -> Action {
        let key = Key(uid: uid, note: note)
        if var entry = known[key], now - entry.seen < Self.sameness {
            entry.count += 1
            entry.seen = now
            defer { known[key] = entry }
            guard now - entry.written >= Self.extensionPause, mayWrite(uid, now) else { return .skip }
            entry.written = now
            return .extend(number: entry.number, count: entry.count)
        }
        sweep(now)
        guard known.count < Self.mostKnown, mayWrite(uid, now) else { return .skip }
        nextNumber += 1
        known[key] = Known(number: nextNumber, seen: now, written: now)
        return .create(number: nextNumber)
    }

    /// Forgets what doesn't matter any more, where there is much, and not at every turn.
    private mutating func sweep(_ now: Instant) {
        guard max(known.count, subjects.count) >= Self.mostKnown, now - swept >= .seconds(1) else { return }
        swept = now
        known = known.filter { now - $0.value.seen < Self.sameness }
        subjects = subjects.filter { !$0.value.isFull(now: now) }
    }

    private mutating func mayWrite(_ uid: String, _ now: Instant) -> Bool {
        guard subjects[uid] != nil || subjects.count < Self.mostKnown else { return false }
        // What one resource may not tell shall not count against the others.
        guard subjects[uid, default: TokenBucket(capacity: 20, perSecond: 1 / 30, now: now)].take(now: now) else {
            return false
        }
        return all.take(now: now)
    }
}
