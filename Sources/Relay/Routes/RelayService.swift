import Logging
import ServiceLifecycle

/// Keeps the routes open until the relay is to stop, then drains them.
///
/// Those who lead connections here hear only little by little that this relay is going: until then it serves on, though
/// it isn't ready any more.
struct RelayService: Service {
    let table: RouteTable
    var delay = Duration.zero
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        table.prepareToDrain()
        if delay > .zero {
            logger.notice("stopping: not ready any more, still serving", metadata: ["for": "\(delay)"])
            try? await Task.sleep(for: delay)
        }
        await table.drain()
    }
}
