internal import HTTPTransport

/// What to ask the server for in a watch.
struct WatchRequest: Hashable, Sendable {
    /// Events behind this one.
    let resourceVersion: String
    /// When the server is to end it.
    let seconds: Int
    /// Whether the server is known to send a bookmark every minute or so, in which case its silence means something.
    let knowsBookmarks: Bool

    var timeouts: HTTPTimeouts {
        HTTPTimeouts(
            overall: .seconds(seconds) + .seconds(30),
            stall: knowsBookmarks ? .seconds(180) : nil
        )
    }

    /// The request for this watch.
    ///
    /// - Throws: `invalidRequest`.
    func request(_ selection: ObjectSelection) throws(KubernetesError) -> APIRequest {
        var request = try selection.request("watch")
        request.add("watch", "true")
        request.add("allowWatchBookmarks", "true")
        request.add("resourceVersion", resourceVersion)
        request.add("timeoutSeconds", String(seconds))
        request.timeouts = timeouts
        request.maximumAnswerBytes = nil
        return request
    }
}
