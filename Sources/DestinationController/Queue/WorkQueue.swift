internal import DequeModule
internal import Kubernetes

/// Keys that wait for their turn. Pure: time and chance come from the caller.
///
/// Each key is in it at most once, and taken by at most one worker at a time: what comes in for a key that is being worked
/// on waits until that is done. A key that fails waits longer each time, and nobody waits for it. Keys are of groups, which
/// take turns, and none of which may have all workers.
struct WorkQueue<Key: Hashable & Sendable>: Sendable {
    typealias Instant = ContinuousClock.Instant

    /// How the work on a key ended.
    enum Outcome: Hashable, Sendable {
        /// There is nothing more to do, or not before that moment.
        case done(again: Instant?)
        /// Something failed, or somebody else has to do something first: it is tried again, later each time. Where it is
        /// held, news don't bring it forward: they are of our own making.
        case retry(before: Instant?, isHeld: Bool)
    }

    /// Those of one group.
    private struct Group {
        /// Those whose turn it is, first come, first served.
        var line: Deque<Key> = []
        var runningCount = 0
    }

    private let backoff: Backoff
    private let mostPerGroup: Int
    private let name: @Sendable (Key) -> String
    /// Those that have keys waiting or being worked on.
    private var groups: [String: Group] = [:]
    /// Those that have keys waiting and may have one more worked on, each once: they take turns.
    private var turns: Deque<String> = []
    /// Since when those in line wait, and the same in order, with some that don't wait any more.
    private var waiting: [Key: Instant] = [:]
    private var arrivals: Deque<(key: Key, since: Instant)> = []
    /// Those that are being worked on, and since when they are to be looked at again.
    private var running: [Key: Instant?] = [:]
    private var later = DueTimes<Key>()
    private var retries: [Key: Backoff] = [:]
    private var held: Set<Key> = []

    /// - Parameters:
    ///   - mostPerGroup: How many keys of one group are worked on at one time.
    ///   - group: The name of a key's group.
    init(
        backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(30)),
        mostPerGroup: Int = .max,
        group: @escaping @Sendable (Key) -> String = { _ in "" }
    ) {
        self.backoff = backoff
        self.mostPerGroup = mostPerGroup
        name = group
    }

    /// How many keys wait for their turn.
    var count: Int { waiting.count }

    /// How many are being worked on.
    var runningCount: Int { running.count }

    /// Since when the first in line waits.
    var oldest: Instant? { arrivals.first?.since }

    /// When the next key that was put off is due.
    mutating func nextDue() -> Instant? { later.first }

    /// Whether the last work on a key failed.
    func isRetried(_ key: Key) -> Bool { retries[key] != nil }

    /// A key is to be looked at now.
    mutating func add(_ key: Key, now: Instant) {
        guard !held.contains(key) else { return }
        if let since = running[key] {
            if since == nil { running[key] = .some(now) }
            return
        }
        guard waiting[key] == nil else { return }
        waiting[key] = now
        arrivals.append((key, now))
        let name = name(key)
        var group = groups[name] ?? Group()
        group.line.append(key)
        if group.line.count == 1, group.runningCount < mostPerGroup { turns.append(name) }
        groups[name] = group
    }

    /// The next key, which is being worked on until ``finished(_:_:now:using:)``.
    mutating func next(now: Instant) -> Key? {
        while let key = later.popDue(now) {
            held.remove(key)
            add(key, now: now)
        }
        guard let name = turns.popFirst(), let key = groups[name]?.line.popFirst() else { return nil }
        groups[name]?.runningCount += 1
        takeTurn(name)
        waiting[key] = nil
        while let first = arrivals.first, waiting[first.key] != first.since { arrivals.removeFirst() }
        later.remove(key)
        running[key] = .some(nil)
        return key
    }

    /// The work on a key has ended.
    mutating func finished(
        _ key: Key,
        _ outcome: Outcome,
        now: Instant,
        using generator: inout some RandomNumberGenerator
    ) {
        guard let since = running.removeValue(forKey: key) else { return }
        release(name(key))
        switch outcome {
        case .done(let again):
            retries[key] = nil
            if let again { later.set(key, again) }
        case .retry(let before, let isHeld):
            var retry = retries[key] ?? backoff
            let due = now + retry.next(using: &generator)
            retries[key] = retry
            later.set(key, min(due, before ?? due))
            if isHeld { held.insert(key) }
        }
        if let since { add(key, now: since) }
    }

    /// One key of a group less is being worked on.
    private mutating func release(_ name: String) {
        guard let group = groups[name] else { return }
        groups[name]?.runningCount -= 1
        if group.runningCount == 1, group.line.isEmpty {
            groups[name] = nil
        } else if group.runningCount == mostPerGroup {
            takeTurn(name)
        }
    }

    /// A group that isn't among those that take turns becomes one of them, if it may.
    private mutating func takeTurn(_ name: String) {
        guard let group = groups[name], !group.line.isEmpty, group.runningCount < mostPerGroup else { return }
        turns.append(name)
    }
}
