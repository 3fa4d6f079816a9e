import Logging
import ServiceLifecycle

/// Keeps the routes open until the relay is to stop, then drains them.
///
/// Those who lead connections here hear only little by little that this relay is going: until then it serves on, though
/// it isn't ready any more. Whatever hangs then, the process ends.
struct RoutesService: Service {
    let table: RouteTable
    var delay = Duration.zero
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        // Before the first line of the log: its reader may hang.
        StopLimit.start(delay + table.grace, logger: logger)
        table.prepareToDrain()
        if delay > .zero {
            logger.notice(
                "stopping: not ready any more, still serving",
                metadata: ["for": "\(delay)", "connections": "\(table.connections)"]
            )
            try? await Task.sleep(for: delay)
        }
        logger.info(
            "stopping: nobody new is let in, what is under way may finish",
            metadata: ["within": "\(table.grace)", "connections": "\(table.connections)", "routes": "\(table.count)"]
        )
        await table.drain()
        logger.info("stopping: no connection is left, waiting for watches and pages to end")
    }
}
