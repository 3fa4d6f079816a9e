/// Shares one rendering of an endpoint between its readers.
///
/// Requests that come while the response is being rendered get the same one. A large response serves further requests
/// for a short time: its readers share its memory, and frequent requests cost one rendering each second.
actor SharedResponse {
    private let lifetime: Duration
    private let largeBytes: Int
    private let now: @Sendable () -> ContinuousClock.Instant
    private let render: @Sendable () async -> OperationsResponse
    private var rendering: Task<OperationsResponse, Never>?
    /// Requests that wait for the rendering under way.
    private(set) var waiting = 0
    private var kept: (response: OperationsResponse, end: ContinuousClock.Instant)?

    /// - Parameters:
    ///   - lifetime: How long a large response is kept.
    ///   - largeBytes: The size from which a response is large.
    ///   - now: The time.
    ///   - render: Makes the response.
    init(
        lifetime: Duration = .seconds(1),
        largeBytes: Int = OperationsLimits.largeBytes,
        now: @escaping @Sendable () -> ContinuousClock.Instant = { .now },
        render: @escaping @Sendable () async -> OperationsResponse
    ) {
        self.lifetime = lifetime
        self.largeBytes = largeBytes
        self.now = now
        self.render = render
    }

    /// The response, rendered where none is kept.
    func response() async -> OperationsResponse {
        if let kept, now() < kept.end { return kept.response }
        waiting += 1
        defer { waiting -= 1 }
        if let rendering { return await rendering.value }
        kept = nil
        let task = Task { [render] in await render() }
        rendering = task
        let response = await task.value
        rendering = nil
        if response.body.count >= largeBytes { kept = (response, now() + lifetime) }
        return response
    }
}

extension OperationsRouter {
    /// A route without parameters whose renderings are shared between its readers, for a second if they are large.
    public static func shared(_ render: @escaping @Sendable () async -> OperationsResponse) -> Route {
        let shared = SharedResponse(render: render)
        return { _ in await shared.response() }
    }
}
