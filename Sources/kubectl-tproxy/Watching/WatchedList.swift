import ObjectModel

/// What a watch has told of so far. Pure.
struct WatchedList: Sendable {
    private struct Key: Hashable, Comparable {
        let namespace: String
        let name: String

        init(_ object: ObjectValue) {
            namespace = object["metadata"]?["namespace"]?.stringValue ?? ""
            name = object["metadata"]?["name"]?.stringValue ?? ""
        }

        static func < (left: Key, right: Key) -> Bool {
            (left.namespace, left.name) < (right.namespace, right.name)
        }
    }

    private var known: [Key: DestinationView] = [:]
    private var isBeginning = false
    /// Whether all that there was has been deleted.
    private(set) var isDeleted = false
    /// Why nothing is heard any more.
    private(set) var interruption: String?

    /// What there is, in order of namespace and name.
    var views: [DestinationView] { known.sorted { $0.key < $1.key }.map(\.value) }

    mutating func receive(_ event: WatchedEvent) {
        switch event {
        case .listed(let objects):
            known = Dictionary(objects.map { (Key($0), DestinationView($0)) }) { $1 }
            isDeleted = known.isEmpty
            isBeginning = true
            interruption = nil
        case .present(let object):
            // What went between list and watch isn't told: with the first that comes, all others come once more.
            if isBeginning { known = [:] }
            isBeginning = false
            isDeleted = false
            interruption = nil
            known[Key(object)] = DestinationView(object)
        case .deleted(let object):
            interruption = nil
            known[Key(object)] = nil
            isDeleted = known.isEmpty
        case .interrupted(let error):
            interruption = error.advice
        }
    }
}

extension WatchedList {
    /// Says below what is shown that it may be old.
    var trouble: [StyledText] {
        interruption.map { [StyledText("! what is above may be old: ", .doubtful) + StyledText($0)] } ?? []
    }
}
