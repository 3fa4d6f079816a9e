public import ObjectModel

/// What a watch has told, reduced to what the owner needs of each object. Pure: feed it every event of one
/// ``ObjectWatch``; keep it in an actor or a lock where several tasks read it.
public struct ObjectCache<Value: Equatable & Sendable>: Sendable {
    /// What an event meant.
    public enum Change: Sendable {
        /// The object is new to the cache.
        case added(ObjectKey, Value)
        /// What is kept of the object has changed.
        case changed(ObjectKey, old: Value, new: Value)
        /// The object is gone.
        case removed(ObjectKey, Value)
    }

    private struct Entry {
        var value: Value
        var round: UInt64
    }

    /// Whether a whole list has been seen, so that an object that isn't here isn't in the cluster either, give or take
    /// what `isConnected` says.
    public private(set) var isSynced = false
    /// Whether changes are being heard of.
    public private(set) var isConnected = false
    /// Why not, while that's so.
    public private(set) var interruption: KubernetesError?
    private var entries: [ObjectKey: Entry] = [:]
    /// Counts lists; an entry that a list didn't confirm is of an earlier round.
    private var round: UInt64 = 0
    private let make: @Sendable (ObjectValue) -> Value?

    /// - Parameter make: What is kept of an object; `nil` for objects of no interest.
    public init(_ make: @escaping @Sendable (ObjectValue) -> Value?) {
        self.make = make
    }

    /// How many objects there are.
    public var count: Int { entries.count }

    /// What is kept of an object.
    public subscript(key: ObjectKey) -> Value? { entries[key]?.value }

    /// All there is, in no order.
    public var all: some Sequence<(key: ObjectKey, value: Value)> {
        entries.lazy.map { (key: $0.key, value: $0.value.value) }
    }

    /// Takes in an event and answers what it changed. That is nothing for an object whose value is as it was.
    public mutating func receive(_ event: WatchEvent) -> [Change] {
        switch event {
        case .restarted:
            round &+= 1
            return []
        case .present(let object):
            return set(object.metadata.key, make(object))
        case .deleted(let object):
            return set(object.metadata.key, nil)
        case .synced:
            isSynced = true
            connected()
            let gone = entries.filter { $0.value.round != round }
            for key in gone.keys { entries[key] = nil }
            return gone.map { .removed($0.key, $0.value.value) }
        case .interrupted(let error):
            isConnected = false
            interruption = error
            return []
        case .resumed:
            connected()
            return []
        }
    }

    private mutating func connected() {
        isConnected = true
        interruption = nil
    }

    private mutating func set(_ key: ObjectKey, _ value: Value?) -> [Change] {
        let old = entries[key]?.value
        entries[key] = value.map { Entry(value: $0, round: round) }
        switch (old, value) {
        case (nil, nil): return []
        case (nil, let new?): return [.added(key, new)]
        case (let old?, nil): return [.removed(key, old)]
        case (let old?, let new?): return old == new ? [] : [.changed(key, old: old, new: new)]
        }
    }
}
