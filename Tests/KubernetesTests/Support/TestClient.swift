import HTTPTransport
import Kubernetes
import Logging

/// Runs `body` with a client of a server that answers as `reply` says.
func withClient<T>(
    timeout: Duration = .seconds(30),
    logger: Logger = .silent,
    _ reply: @escaping @Sendable (RawServer.Request) -> [RawServer.Step],
    _ body: (KubernetesClient, RawServer) async throws -> T
) async throws -> T {
    try await RawServer.with(reply) { server in
        let access = ClusterAccess(
            server: server.url,
            credentials: ClusterCredentials(token: .text("hush")),
            proxy: .none
        )
        let client = try KubernetesClient(access, timeout: timeout, logger: logger)
        do {
            let result = try await body(client, server)
            await client.shutdown()
            return result
        } catch {
            await client.shutdown()
            throw error
        }
    }
}
