/// Which answer a request for one of the operations' pages gets, without any I/O of its own.
///
/// For servers that serve those pages beside what they are there for; ``OperationsServer`` serves them alone.
public struct OperationsRouter: Sendable {
    /// Answers a GET of one path; HEAD is served from it too. Runs off the event loops, several at a time.
    public typealias Route = @Sendable (OperationsQuery) async -> OperationsResponse

    private let routes: [String: Route]

    /// A router for these paths.
    public init(routes: [String: Route]) {
        self.routes = routes
    }

    /// The pages that every server has.
    ///
    /// - Parameters:
    ///   - registry: What `/metrics` shows.
    ///   - readiness: Asked for each `/readyz`.
    public static func pages(
        registry: MetricsRegistry,
        readiness: @escaping @Sendable () async -> Readiness
    ) -> [String: Route] {
        [
            "/metrics": shared {
                OperationsResponse(contentType: MetricsRegistry.contentType, body: registry.render())
            },
            "/healthz": { _ in .text("ok\n") },
            "/readyz": { _ in await readiness().response },
        ]
    }

    /// Answers a request.
    ///
    /// - Parameters:
    ///   - method: By RFC 9110 §9.
    ///   - target: The path, with the query if there is one.
    public func response(method: String, target: String) async -> OperationsResponse {
        let parts = target.split(separator: "?", maxSplits: 1, omittingEmptySubsequences: false)
        guard let route = routes[String(parts[0])] else {
            return .text("not found\n", status: 404)
        }
        guard method == "GET" || method == "HEAD" else {
            var response = OperationsResponse.text("method not allowed\n", status: 405)
            response.allow = "GET, HEAD"
            return response
        }
        return await route(OperationsQuery(parts.count > 1 ? parts[1] : ""))
    }
}
