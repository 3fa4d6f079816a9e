public import ObjectModel

/// What a watch has told, reduced to what the owner needs of each object. Pure: feed it every event of one
/// ``ObjectWatch``; keep it in an actor or a lock where several tasks read it.
///
/// Who writes as well tells it what the server answered, by ``wrote(_:)`` and ``deleted(_:uid:)``: so it is never behind
/// its owner's own writes, though the watch may be.
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
        var uid: String
        var version: ObjectVersion
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
    /// Writes of the owner's that the watch hasn't told of yet.
    private var pending: [ObjectKey: PendingWrite] = [:]
    /// Those that were told last to be gone: the answer to a write may come after that.
    private var departed = DepartedObjects(capacity: 1024)
    /// Counts lists; an entry that a list didn't confirm is of an earlier round.
    private var round: UInt64 = 0
    /// Whether a list is coming in, and the latest version that stands in it.
    private var listing: ObjectVersion?
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
            listing = ObjectVersion("")
            return []
        case .present(let object):
            return present(object)
        case .unreadable(let object):
            return unreadable(object)
        case .deleted(let object):
            return gone(object)
        case .synced:
            isSynced = true
            connected()
            return sweep()
        case .interrupted(let error):
            isConnected = false
            interruption = error
            return []
        case .resumed:
            connected()
            return []
        }
    }

    /// Takes in what the server has answered to a write, or to a request for one object, and answers what that changed.
    ///
    /// From now on what the watch tells of earlier states is passed over.
    public mutating func wrote(_ object: ObjectValue) -> [Change] {
        let metadata = object.metadata
        let key = metadata.key
        let version = ObjectVersion(metadata.resourceVersion)
        guard !version.text.isEmpty, !departed.contains(metadata.uid, version) else { return [] }
        if let known = pending[key], known.isAtLeast(version, of: metadata.uid) { return [] }
        if pending[key] == nil, let known = entries[key]?.version, known == version || version.precedes(known) == true {
            return []
        }
        pending[key] = PendingWrite(uid: metadata.uid, version: version, isDeletion: false, round: round)
        return set(key, make(object), metadata.uid, version)
    }

    /// Takes in that the server has deleted an object, and answers what that changed.
    ///
    /// - Parameters:
    ///   - key: The object's name.
    ///   - uid: Its UID: a later one of that name isn't meant.
    public mutating func deleted(_ key: ObjectKey, uid: String) -> [Change] {
        guard let entry = entries[key], entry.uid == uid else { return [] }
        pending[key] = PendingWrite(uid: uid, version: entry.version, isDeletion: true, round: round)
        return set(key, nil, uid, entry.version)
    }

    private mutating func connected() {
        isConnected = true
        interruption = nil
    }

    private mutating func present(_ object: ObjectValue) -> [Change] {
        let metadata = object.metadata
        let version = ObjectVersion(metadata.resourceVersion)
        guard isNews(metadata.key, metadata.uid, version) else { return [] }
        return set(metadata.key, make(object), metadata.uid, version)
    }

    /// What was known of an object is not undone by its being unreadable; an earlier object of its name is gone.
    private mutating func unreadable(_ object: UnreadableObject) -> [Change] {
        let version = ObjectVersion(object.resourceVersion)
        guard isNews(object.key, object.uid, version) else { return [] }
        let known = entries[object.key]
        return set(object.key, known?.uid == object.uid ? known?.value : nil, object.uid, version)
    }

    /// Whether what the watch tells is of after the owner's own writes. The object is seen to be there either way.
    private mutating func isNews(_ key: ObjectKey, _ uid: String, _ version: ObjectVersion) -> Bool {
        if let latest = listing, latest.text.isEmpty || latest.precedes(version) == true { listing = version }
        guard var known = pending[key] else { return true }
        guard known.isSettled(by: version, of: uid, listedIn: listing == nil ? nil : round) else {
            known.seenIn = round
            pending[key] = known
            entries[key]?.round = round
            return false
        }
        pending[key] = nil
        return true
    }

    private mutating func gone(_ object: ObjectValue) -> [Change] {
        let metadata = object.metadata
        departed.insert(metadata.uid, ObjectVersion(metadata.resourceVersion))
        if let known = pending[metadata.key] {
            // An earlier one of that name: what was written last is a later one.
            guard known.uid == metadata.uid else { return [] }
            pending[metadata.key] = nil
        }
        return set(metadata.key, nil, metadata.uid, ObjectVersion(metadata.resourceVersion))
    }

    /// Forgets what the list that has come to its end didn't hold.
    private mutating func sweep() -> [Change] {
        let latest = listing
        listing = nil
        var changes: [Change] = []
        for (key, entry) in entries where entry.round != round {
            if let known = pending[key], known.mayBeMissing(in: round, latest: latest) {
                entries[key]?.round = round
                continue
            }
            pending[key] = nil
            entries[key] = nil
            changes.append(.removed(key, entry.value))
        }
        // Writes that left nothing to be kept, and that the list doesn't contradict.
        for (key, known) in pending where entries[key] == nil && known.seenIn != round { pending[key] = nil }
        return changes
    }

    private mutating func set(
        _ key: ObjectKey,
        _ value: Value?,
        _ uid: String,
        _ version: ObjectVersion
    ) -> [Change] {
        let old = entries[key]?.value
        entries[key] = value.map { Entry(value: $0, uid: uid, version: version, round: round) }
        switch (old, value) {
        case (nil, nil): return []
        case (nil, let new?): return [.added(key, new)]
        case (let old?, nil): return [.removed(key, old)]
        case (let old?, let new?): return old == new ? [] : [.changed(key, old: old, new: new)]
        }
    }
}
