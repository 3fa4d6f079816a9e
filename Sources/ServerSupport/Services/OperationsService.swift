public import ServiceLifecycle
public import Telemetry

/// Keeps the metrics and health server up until everything else has stopped.
public struct OperationsService: Service {
    private let server: OperationsServer

    /// Takes over a server that has been started.
    public init(server: OperationsServer) {
        self.server = server
    }

    public func run() async throws {
        try await gracefulShutdown()
        await server.shutdown(grace: .seconds(1))
    }
}
