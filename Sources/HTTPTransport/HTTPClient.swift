internal import Synchronization

/// An HTTP/1.1 and HTTP/2 client over libcurl.
///
/// One thread per client does all network work, so calls never block a task's thread or an event loop. Connections are
/// kept and reused between requests. Make one client for each configuration and keep it; dropping the last reference
/// shuts it down.
public final class HTTPClient: Sendable {
    private let loop: TransferLoop
    private let hasIdentity: Bool
    private let options: TransferOptions
    private let nextID = Atomic<UInt64>(0)

    /// Makes a client and starts its thread. Reads the certificate files named in the configuration, so call it at
    /// start-up and not on an event loop.
    ///
    /// - Throws: `invalidConfiguration` if a file can't be read or is no PEM; `failed` if the system lacks resources.
    public init(_ configuration: HTTPClientConfiguration = HTTPClientConfiguration()) throws(HTTPError) {
        options = try TransferOptions(configuration)
        hasIdentity = configuration.identity != nil
        loop = try TransferLoop.start(options, maximumTransfers: configuration.maximumTransfers)
    }

    deinit { loop.stop() }

    /// Makes a request and collects the whole answer.
    ///
    /// - Parameter request: what to send; its `maximumResponseBytes` bounds the memory used.
    /// - Returns: the answer, whatever its status.
    /// - Throws: an error if there is no complete answer; `cancelled` at once if the task is cancelled.
    public func execute(_ request: HTTPRequest) async throws(HTTPError) -> HTTPResponse {
        let response = try await stream(request)
        var body: [UInt8] = []
        for try await chunk in response.body { body += chunk }
        return HTTPResponse(status: response.status, headers: response.headers, body: body)
    }

    /// Makes a request and returns as soon as status and header fields are there.
    ///
    /// - Parameter request: what to send; for an answer without end set `timeouts.overall` and `maximumResponseBytes`
    ///   to `nil`.
    /// - Returns: status, header fields, and the body to be read as it comes.
    /// - Throws: an error if there is no answer; `cancelled` at once if the task is cancelled.
    public func stream(_ request: HTTPRequest) async throws(HTTPError) -> HTTPStreamingResponse {
        var prepared = try PreparedRequest(request, hasClientCertificate: hasIdentity)
        try await NameLookup.prepare(&prepared, options.lookUp)
        let id = nextID.wrappingAdd(1, ordering: .relaxed).newValue
        let exchange = Exchange(id: id, request: prepared, loop: loop)
        guard !Task.isCancelled else { throw exchange.error(.cancelled) }
        if let address = prepared.target.address, let reason = options.addressCheck?(address) {
            throw exchange.error(.addressNotAllowed, reason)
        }
        try loop.start(exchange)
        if case .stream(let body) = prepared.body { exchange.sendInBackground(body) }
        let lease = ExchangeLease(exchange: exchange, client: self)
        let head = try await exchange.head()
        return HTTPStreamingResponse(status: head.status, headers: head.headers, body: HTTPResponseBody(lease: lease))
    }

    /// Ends all exchanges with `shutDown`, closes all connections, and returns when the thread is done with them.
    public func shutdown() async {
        await loop.stopAndWait()
    }
}
