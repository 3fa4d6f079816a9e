internal import DestinationModel
internal import Kubernetes
internal import ObjectModel

/// The Events of `events.k8s.io/v1` as they are written.
struct EventObject: Hashable, Sendable {
    /// Who reports.
    static let controller = "tproxy-manager"

    /// The resource that it is about, as far as an Event names it.
    let regarding: ObjectValue
    let namespace: String
    /// The Event's own.
    let name: String

    /// - Parameters:
    ///   - object: The resource, as it came from the API server.
    ///   - run: Tells this process from all others.
    ///   - number: Tells this Event from all others of this process.
    init(about object: ObjectValue, run: String, number: Int) {
        let metadata = object.metadata
        namespace = metadata.namespace
        // Events of one resource are found by what they regard; the name only has to be no other's.
        name = "\(metadata.name.prefix(180)).\(run).\(String(number, radix: 16))"
        regarding = .object([
            "apiVersion": .string(ResourceType.destinations.apiVersion),
            "kind": .string(ResourceType.destinations.kind), "namespace": .string(metadata.namespace),
            "name": .string(metadata.name), "uid": .string(metadata.uid),
        ])
    }

    /// A new Event.
    ///
    /// - Parameter instance: Which of the managers reports.
    func object(_ note: EventNote, instance: String, now: MicroTime) -> ObjectValue {
        .object([
            "metadata": .object(["namespace": .string(namespace), "name": .string(name)]),
            "eventTime": .string(now.description), "type": .string(note.kind.rawValue),
            "reason": .string(BoundedText.line(note.reason.isEmpty ? StatusReason.failed : note.reason, limit: 128)),
            "note": .string(BoundedText.line(note.note, limit: 1024)), "action": .string("Serve"),
            "reportingController": .string(Self.controller),
            "reportingInstance": .string(BoundedText.line(instance.isEmpty ? Self.controller : instance, limit: 128)),
            "regarding": regarding,
        ])
    }

    /// What makes an Event one of several.
    static func series(count: Int, now: MicroTime) -> ObjectValue {
        .object([
            "series": .object(["count": .integer(count), "lastObservedTime": .string(now.description)])
        ])
    }
}
