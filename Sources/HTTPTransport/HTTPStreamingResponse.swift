/// An answer whose body is read as it arrives.
///
/// Dropping it together with its body and iterators ends the exchange and closes its connection.
public struct HTTPStreamingResponse: Sendable {
    /// The status code.
    public let status: Int
    /// The header fields as received.
    public let headers: HTTPHeaders
    /// The body. It can be read once.
    public let body: HTTPResponseBody
}

/// The chunks of a body as they arrive. One consumer only; a second iterator shares the chunks with the first.
///
/// Back-pressure: when about 256 KiB wait to be read the connection is read no further until half of it is gone.
public struct HTTPResponseBody: AsyncSequence, Sendable {
    public typealias Element = [UInt8]
    public typealias Failure = HTTPError

    let lease: ExchangeLease

    public func makeAsyncIterator() -> AsyncIterator { AsyncIterator(lease: lease) }

    /// Reads the chunks.
    public struct AsyncIterator: AsyncIteratorProtocol {
        let lease: ExchangeLease

        /// The next chunk, never empty; `nil` after the last one.
        ///
        /// - Throws: what broke the exchange; `cancelled` if the task is cancelled, which ends the exchange at once.
        public mutating func next() async throws(HTTPError) -> [UInt8]? {
            try await lease.exchange.nextChunk()
        }

        public mutating func next(
            isolation actor: isolated (any Actor)?
        ) async throws(HTTPError) -> [UInt8]? {
            try await lease.exchange.nextChunk()
        }
    }
}

/// Ends an exchange when nobody can read its answer any more, and keeps the client alive until then.
final class ExchangeLease: Sendable {
    let exchange: Exchange
    private let client: HTTPClient

    init(exchange: Exchange, client: HTTPClient) {
        self.exchange = exchange
        self.client = client
    }

    deinit { exchange.cancel() }
}
