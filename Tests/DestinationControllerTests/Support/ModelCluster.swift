import Kubernetes
import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

/// The parts of an API server that the controller works with: objects with UIDs and versions, names that can be taken once,
/// writes that are refused where they were made from another version, and a record of everything for watches.
struct ModelCluster {
    /// What happened, in order.
    struct Record {
        let kind: WatchedKind
        let event: WatchEvent
        let object: ObjectValue
    }

    private(set) var objects: [WatchedKind: [ObjectKey: ObjectValue]] = [:]
    private(set) var records: [Record] = []
    /// How many writes of the controller's there were.
    private(set) var writes = 0
    private var version = 0
    private var uids = 0

    /// What a write came to.
    enum Answer {
        case done(ObjectValue)
        case deleted
        case exists
        case conflict
        case missing
    }

    func object(_ kind: WatchedKind, _ key: ObjectKey) -> ObjectValue? { objects[kind]?[key] }

    func all(_ kind: WatchedKind) -> [ObjectValue] { Array((objects[kind] ?? [:]).values) }

    // MARK: By hand

    /// Makes an object, or replaces it, as anybody may.
    @discardableResult
    mutating func put(_ object: ObjectValue, _ kind: WatchedKind) -> ObjectValue {
        let key = object.metadata.key
        let known = objects[kind]?[key]
        version += 1
        var metadata = object["metadata"]?.objectValue ?? [:]
        metadata["resourceVersion"] = .string("\(version)")
        if let known {
            metadata["uid"] = .string(known.metadata.uid)
            metadata["creationTimestamp"] = known["metadata"]?["creationTimestamp"]
        } else {
            uids += 1
            if metadata["uid"] == nil { metadata["uid"] = .string("uid-\(uids)") }
            let second = String(uids)
            let time = "2026-01-01T00:\(String(repeating: "0", count: max(0, 5 - second.count)))\(second)Z"
            metadata["creationTimestamp"] = .string(time)
        }
        var members = object.objectValue ?? [:]
        members["metadata"] = .object(metadata)
        let stored = ObjectValue.object(members)
        objects[kind, default: [:]][key] = stored
        records.append(Record(kind: kind, event: .present(stored), object: stored))
        return stored
    }

    /// Deletes an object, as anybody may.
    @discardableResult
    mutating func remove(_ kind: WatchedKind, _ key: ObjectKey) -> ObjectValue? {
        guard let known = objects[kind]?.removeValue(forKey: key) else { return nil }
        version += 1
        var metadata = known["metadata"]?.objectValue ?? [:]
        metadata["resourceVersion"] = .string("\(version)")
        var members = known.objectValue ?? [:]
        members["metadata"] = .object(metadata)
        let last = ObjectValue.object(members)
        records.append(Record(kind: kind, event: .deleted(last), object: last))
        return known
    }

    // MARK: By the controller

    mutating func create(_ object: ObjectValue, _ kind: WatchedKind) -> Answer {
        guard objects[kind]?[object.metadata.key] == nil else { return .exists }
        writes += 1
        return .done(put(object, kind))
    }

    /// RFC 7386, under the UID and version that the patch names.
    mutating func patch(_ patch: ObjectValue, _ kind: WatchedKind, _ key: ObjectKey) -> Answer {
        guard let known = objects[kind]?[key] else { return .missing }
        guard known.metadata.uid == patch.metadata.uid,
            known.metadata.resourceVersion == patch.metadata.resourceVersion
        else { return .conflict }
        writes += 1
        return .done(put(Self.merged(known, patch), kind))
    }

    mutating func delete(_ kind: WatchedKind, _ key: ObjectKey, uid: String, resourceVersion: String) -> Answer {
        guard let known = objects[kind]?[key] else { return .missing }
        guard known.metadata.uid == uid, known.metadata.resourceVersion == resourceVersion else { return .conflict }
        writes += 1
        guard known.metadata.finalizers.isEmpty else {
            return .done(put(known.setting(["metadata", "deletionTimestamp"], .string("2026-01-01T00:00:00Z")), kind))
        }
        remove(kind, key)
        return .deleted
    }

    static func merged(_ value: ObjectValue, _ patch: ObjectValue) -> ObjectValue {
        guard case .object(let changes) = patch else { return patch }
        var members = value.objectValue ?? [:]
        for (name, change) in changes {
            members[name] = change == .null ? nil : merged(members[name] ?? .null, change)
        }
        return .object(members)
    }
}
