import ServiceLifecycle
import Telemetry

/// Keeps the metrics and health server up until everything else has stopped.
struct OperationsService: Service {
    let server: OperationsServer

    func run() async throws {
        try await gracefulShutdown()
        await server.shutdown()
    }
}
