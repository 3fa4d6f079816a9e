import ObjectModel

/// What `kubectl get --watch` tells.
enum WatchedEvent: Sendable {
    /// All that there is; what is watched from then on begins with all of it once more.
    case listed([ObjectValue])
    case present(ObjectValue)
    case deleted(ObjectValue)
    /// The API server isn't heard any more; it is asked again and again.
    case interrupted(KubectlError)

    /// Reads an event of `--output-watch-events`; `nil` for those that say nothing of an object.
    init?(_ event: ObjectValue) {
        guard let object = event["object"], object["metadata"] != nil else { return nil }
        switch event["type"]?.stringValue {
        case "ADDED", "MODIFIED": self = .present(object)
        case "DELETED": self = .deleted(object)
        default: return nil
        }
    }
}
