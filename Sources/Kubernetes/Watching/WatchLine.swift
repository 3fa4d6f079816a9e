internal import ObjectModel

/// One line of a watch.
enum WatchLine: Hashable, Sendable {
    case present(ObjectValue, resourceVersion: String)
    case unreadable(UnreadableObject)
    case deleted(ObjectValue, resourceVersion: String)
    /// Nothing happened up to this version.
    case bookmark(resourceVersion: String)
    case failed(KubernetesError)

    /// Reads a line without its line end.
    ///
    /// - Throws: `malformedAnswer` for what no API server sends.
    init(_ line: some Sequence<UInt8>) throws(KubernetesError) {
        let line = Array(line)
        let event: ObjectValue
        do {
            event = try AnswerReader.object(line)
        } catch {
            guard let outline = WatchLine(outlineOf: line, because: error) else { throw error }
            self = outline
            return
        }
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

    /// Reads no more of a line than what it is about.
    private init?(outlineOf line: [UInt8], because reason: KubernetesError) {
        guard let members = JSONSlice(line).members(["type", "object"]), let type = members["type"],
            let object = members["object"].flatMap({ UnreadableObject($0, reason: reason) })
        else { return nil }
        switch String(decoding: type.octets, as: UTF8.self) {
        case "\"ADDED\"", "\"MODIFIED\"": self = .unreadable(object)
        case "\"DELETED\"": self = .deleted(object.outline, resourceVersion: object.resourceVersion)
        default: return nil
        }
    }
}
