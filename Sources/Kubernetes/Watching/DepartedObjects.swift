/// The objects that were told last to be gone, so many of them, and in which version.
struct DepartedObjects: Sendable {
    private let capacity: Int
    private var ring: [String] = []
    private var next = 0
    private var versions: [String: ObjectVersion] = [:]

    init(capacity: Int) {
        self.capacity = max(capacity, 1)
    }

    /// Whether a version of an object is one of before it went. One that has only left what a watch selects by its labels
    /// goes on in the version of which that was told.
    func contains(_ uid: String, _ version: ObjectVersion) -> Bool {
        guard let gone = versions[uid] else { return false }
        return version != gone && gone.precedes(version) != true
    }

    /// Notes that an object has gone.
    mutating func insert(_ uid: String, _ version: ObjectVersion) {
        guard !uid.isEmpty, versions.updateValue(version, forKey: uid) == nil else { return }
        if ring.count < capacity {
            ring.append(uid)
        } else {
            versions[ring[next]] = nil
            ring[next] = uid
            next = (next + 1) % capacity
        }
    }
}
