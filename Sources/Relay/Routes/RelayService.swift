import ServiceLifecycle

/// Keeps the routes open until the relay is to stop, then drains them.
struct RelayService: Service {
    let table: RouteTable

    func run() async throws {
        try await gracefulShutdown()
        await table.drain()
    }
}
