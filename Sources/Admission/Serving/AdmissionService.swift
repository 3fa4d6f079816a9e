import Logging
import ServiceLifecycle

/// Serves until the process is told to stop, and for a while after.
///
/// Those who route requests here hear only little by little that this server is going. Until then it serves on; each
/// answer asks the client to use another connection from now on, so that none of them is surprised in the end.
struct AdmissionService: Service {
    let server: AdmissionServer
    let stop: StopFlag
    let delay: Duration
    let grace: Duration
    let logger: Logger

    func run() async throws {
        try await gracefulShutdown()
        stop.set()
        logger.notice("stopping: not ready any more, still serving", metadata: ["for": "\(delay)"])
        try? await Task.sleep(for: delay)
        await server.shutdown(grace: grace)
        logger.notice("stopped")
    }
}
