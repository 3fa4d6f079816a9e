/// Which answer a request gets, without any I/O of its own.
struct OperationsRouter: Sendable {
    /// By path.
    let routes: [String: @Sendable () async -> OperationsResponse]

    func response(method: String, target: String) async -> OperationsResponse {
        let path = target.prefix { $0 != "?" }
        guard let route = routes[String(path)] else {
            return .text("not found\n", status: 404)
        }
        guard method == "GET" || method == "HEAD" else {
            var response = OperationsResponse.text("method not allowed\n", status: 405)
            response.allow = "GET, HEAD"
            return response
        }
        return await route()
    }
}
