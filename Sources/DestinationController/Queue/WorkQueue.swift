internal import Kubernetes

/// Keys that wait for their turn. Pure: time and chance come from the caller.
///
/// Each key is in it at most once, and taken by at most one worker at a time: what comes in for a key that is being worked
/// on waits until that is done. A key that fails waits longer each time, and nobody waits for it.
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

    private let backoff: Backoff
    /// Those whose turn it is, first come, first served; taken ones are dropped now and then.
    private var line: [Key] = []
    private var head = 0
    /// Since when those in line wait.
    private var waiting: [Key: Instant] = [:]
    /// Those that are being worked on, and since when they are to be looked at again.
    private var running: [Key: Instant?] = [:]
    private var later = DueTimes<Key>()
    private var retries: [Key: Backoff] = [:]
    private var held: Set<Key> = []

    init(backoff: Backoff = Backoff(base: .milliseconds(200), limit: .seconds(30))) {
        self.backoff = backoff
    }

    /// How many keys wait for their turn.
    var count: Int { waiting.count }

    /// How many are being worked on.
    var runningCount: Int { running.count }

    /// Since when the first in line waits.
    var oldest: Instant? { line.indices.contains(head) ? waiting[line[head]] : nil }

    /// When the next key that was put off is due.
    mutating func nextDue() -> Instant? { later.first }

    /// A key is to be looked at now.
    mutating func add(_ key: Key, now: Instant) {
        guard !held.contains(key) else { return }
        if let since = running[key] {
            if since == nil { running[key] = .some(now) }
            return
        }
        guard waiting[key] == nil else { return }
        waiting[key] = now
        line.append(key)
    }

    /// The next key, which is being worked on until ``finished(_:_:now:using:)``.
    mutating func next(now: Instant) -> Key? {
        while let key = later.popDue(now) {
            held.remove(key)
            add(key, now: now)
        }
        guard line.indices.contains(head) else { return nil }
        let key = line[head]
        head += 1
        if head > 64, head * 2 > line.count {
            line.removeSubrange(..<head)
            head = 0
        }
        waiting[key] = nil
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
}
