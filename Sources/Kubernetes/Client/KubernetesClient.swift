internal import HTTPTransport
public import Logging
internal import ObjectModel

/// A client of one API server.
///
/// Objects are trees, as they come and go over the wire; what a tree holds that we don't know of is kept. Every call
/// ends, with an answer or an error, within its time limit, and at once when its task is cancelled. It may be used from
/// any thread. Nothing is tried twice, save with a new token or certificate where the old one was refused: callers know
/// best when to come back, and ``KubernetesError/isTransient``, ``KubernetesError/retryAfter`` and ``Backoff`` help.
public final class KubernetesClient: Sendable {
    /// The namespace of whoever doesn't name one.
    public let defaultNamespace: String
    let transport: ClusterTransport
    let timeout: Duration

    /// Makes a client. Reads the files that the access names and starts a thread; call it at start-up and not on an
    /// event loop. It doesn't connect yet.
    ///
    /// - Parameters:
    ///   - access: Where the API server is and who to be there.
    ///   - userAgent: How the client names itself in the API server's audit log.
    ///   - timeout: How long a call may take. Admission webhooks alone may take 30 s.
    ///   - logger: Where renewals that fail are told.
    /// - Throws: `ClusterAccessError` for what can't be read or used.
    public init(
        _ access: ClusterAccess,
        userAgent: String = "tproxy",
        timeout: Duration = .seconds(35),
        logger: Logger
    ) throws(ClusterAccessError) {
        transport = try ClusterTransport(access, userAgent: userAgent, logger: logger)
        defaultNamespace = access.namespace
        self.timeout = timeout
    }

    private init(_ other: KubernetesClient, timeout: Duration) {
        transport = other.transport
        defaultNamespace = other.defaultNamespace
        self.timeout = timeout
    }

    /// The same client, sharing connections and credentials, whose calls may take so long.
    public func withTimeout(_ timeout: Duration) -> KubernetesClient {
        KubernetesClient(self, timeout: timeout)
    }

    /// Closes all connections; calls and watches under way fail.
    public func shutdown() async {
        await transport.shutdown()
    }

    /// Makes a request and reads its answer, which must be a JSON object.
    func execute(_ request: APIRequest) async throws(KubernetesError) -> ObjectValue {
        let body = try await body(request)
        do {
            return try AnswerReader.object(body)
        } catch {
            throw error.about(request.operation)
        }
    }

    /// Makes a request and reads its answer as it is.
    func body(_ request: APIRequest) async throws(KubernetesError) -> [UInt8] {
        var request = request
        request.timeouts = HTTPTimeouts(overall: timeout, stall: nil)
        let stream = try await open(request)
        do {
            var body: [UInt8] = []
            for try await chunk in stream { body += chunk }
            return body
        } catch {
            throw KubernetesError(error).about(request.operation)
        }
    }

    /// Makes a request and returns the body of its answer once that is known to be good.
    func open(_ request: APIRequest) async throws(KubernetesError) -> HTTPResponseBody {
        let session = transport.session()
        do {
            return try await open(request, session)
        } catch {
            guard error.mayBeStaleAccess, let renewed = transport.session(insteadOf: session) else {
                throw error.error.about(request.operation)
            }
            do {
                return try await open(request, renewed)
            } catch {
                throw error.error.about(request.operation)
            }
        }
    }

    private func open(
        _ request: APIRequest,
        _ session: ClusterTransport.Session
    ) async throws(OpenFailure) -> HTTPResponseBody {
        let http = request.http(server: transport.access.server, authorization: session.authorization)
        let answer: HTTPStreamingResponse
        do {
            answer = try await session.client.stream(http)
        } catch {
            throw OpenFailure(error: KubernetesError(error), mayBeStaleAccess: error.code == .tls)
        }
        if (200..<300).contains(answer.status) { return answer.body }
        var body: [UInt8] = []
        do {
            for try await chunk in answer.body {
                body += chunk
                // No Status is longer; a proxy's page may be, and isn't read any further.
                if body.count > 1 << 20 { break }
            }
        } catch {
            // The status alone has to do.
            body = []
        }
        let error = KubernetesError(
            status: answer.status,
            headers: answer.headers,
            body: body,
            mayQuoteSecrets: request.mayQuoteSecrets
        )
        throw OpenFailure(error: error, mayBeStaleAccess: answer.status == 401)
    }

    private struct OpenFailure: Error {
        let error: KubernetesError
        /// A token or certificate that has been renewed meanwhile would explain it.
        let mayBeStaleAccess: Bool
    }
}

extension KubernetesError {
    func about(_ operation: String) -> KubernetesError {
        var error = self
        error.operation = operation
        return error
    }
}
