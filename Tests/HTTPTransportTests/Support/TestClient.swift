import HTTPTransport

/// Runs `body` with a client that ignores the proxy variables of whoever runs the tests, and shuts it down.
func withClient<T>(
    _ configure: (inout HTTPClientConfiguration) -> Void = { _ in },
    _ body: (HTTPClient) async throws -> T
) async throws -> T {
    var configuration = HTTPClientConfiguration()
    configuration.proxy = .none
    configure(&configuration)
    let client = try HTTPClient(configuration)
    do {
        let result = try await body(client)
        await client.shutdown()
        return result
    } catch {
        await client.shutdown()
        throw error
    }
}

/// The error that `body` throws, if it is an `HTTPError`.
func httpError(_ body: () async throws -> Void) async throws -> HTTPError? {
    do {
        try await body()
        return nil
    } catch let error as HTTPError {
        return error
    }
}
