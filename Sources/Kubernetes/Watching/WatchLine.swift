internal import ObjectModel

/// One line of a watch.
enum WatchLine: Hashable, Sendable {
    case present(ObjectValue, resourceVersion: String)
    case deleted(ObjectValue, resourceVersion: String)
    /// Nothing happened up to this version.
    case bookmark(resourceVersion: String)
    case failed(KubernetesError)

    /// Reads a line without its line end.
    ///
    /// - Throws: `malformedAnswer` for what no API server sends.
    init(_ line: some Sequence<UInt8>) throws(KubernetesError) {
        let event = try AnswerReader.object(line)
        guard let type = event["type"]?.stringValue, let object = event["object"], case .object = object else {
            throw KubernetesError(.malformedAnswer, "the watch has a line that is no event")
        }
        if type == "ERROR" {
            self = .failed(KubernetesError(statusObject: object, status: nil))
            return
        }
        let version = object.metadata.resourceVersion
        guard !version.isEmpty, type == "BOOKMARK" || !object.metadata.name.isEmpty else {
            throw KubernetesError(.malformedAnswer, "the watch has an event without a named, versioned object")
        }
        switch type {
        case "ADDED", "MODIFIED": self = .present(object, resourceVersion: version)
        case "DELETED": self = .deleted(object, resourceVersion: version)
        case "BOOKMARK": self = .bookmark(resourceVersion: version)
        default: throw KubernetesError(.malformedAnswer, "the watch has an event of type \(Quoted(type))")
        }
    }
}
