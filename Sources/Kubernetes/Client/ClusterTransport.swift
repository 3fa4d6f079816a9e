internal import HTTPTransport
internal import Logging
internal import Synchronization

/// The HTTP client for an API server, together with the token; both are renewed when the files they come from change.
final class ClusterTransport: Sendable {
    /// What requests are made with until a file changes.
    struct Session: Sendable {
        let client: HTTPClient
        /// The Authorization header, if any. Secret.
        let authorization: String?
    }

    private struct State {
        var session: Session
        var fingerprint: Int
        var tlsFingerprint: Int
        var checked: ContinuousClock.Instant
    }

    /// Kubelets renew tokens at 80 % of their life, so a minute late is early enough.
    static let checkInterval = Duration.seconds(60)

    let access: ClusterAccess
    private let userAgent: String
    let logger: Logger
    private let state: Mutex<State>

    /// Reads the files and starts the HTTP client's thread.
    ///
    /// - Throws: `ClusterAccessError` for what can't be read or used.
    init(_ access: ClusterAccess, userAgent: String, logger: Logger) throws(ClusterAccessError) {
        self.access = access
        self.userAgent = userAgent
        self.logger = logger
        let material = try AccessMaterial(reading: access)
        let session = Session(
            client: try Self.client(access, material, userAgent),
            authorization: material.authorization
        )
        state = Mutex(
            State(
                session: session,
                fingerprint: material.fingerprint,
                tlsFingerprint: material.tlsFingerprint,
                checked: .now
            )
        )
    }

    /// What to make a request with. Looks at the files if that was not done for a minute.
    func session(now: ContinuousClock.Instant = .now) -> Session {
        state.withLock { state in
            if now - state.checked >= Self.checkInterval { check(&state, now) }
            return state.session
        }
    }

    /// What to make a request with instead of what the server has just refused; `nil` if nothing has changed.
    func session(insteadOf refused: Session, now: ContinuousClock.Instant = .now) -> Session? {
        state.withLock { state in
            if refused == state.session { check(&state, now) }
            return refused == state.session ? nil : state.session
        }
    }

    func shutdown() async {
        await state.withLock { $0.session.client }.shutdown()
    }

    /// Goes on with what there is when the files can't be read or used: they may be in the middle of being replaced.
    private func check(_ state: inout State, _ now: ContinuousClock.Instant) {
        state.checked = now
        do {
            let material = try AccessMaterial(reading: access)
            guard material.fingerprint != state.fingerprint else { return }
            // Streams that are under way keep the client that they began with.
            let client =
                material.tlsFingerprint == state.tlsFingerprint
                ? state.session.client : try Self.client(access, material, userAgent)
            state.session = Session(client: client, authorization: material.authorization)
            state.fingerprint = material.fingerprint
            state.tlsFingerprint = material.tlsFingerprint
        } catch {
            logger.warning(
                "can't renew the access to the API server; going on with the old one",
                metadata: ["error": "\(error)"]
            )
        }
    }

    private static func client(
        _ access: ClusterAccess,
        _ material: AccessMaterial,
        _ userAgent: String
    ) throws(ClusterAccessError) -> HTTPClient {
        var configuration = HTTPClientConfiguration()
        configuration.trust = material.trust
        configuration.identity = material.identity
        configuration.proxy = access.proxy
        configuration.userAgent = userAgent
        // Over HTTP/2 libcurl 7.88 leaves a watch open at the server that nobody reads any more, until the connection ends,
        // which all calls and watches share. Over HTTP/1.1 each watch has its own, and dropping the watch closes it.
        configuration.allowsHTTP2 = false
        do {
            return try HTTPClient(configuration)
        } catch {
            throw ClusterAccessError(.unusable, error.description)
        }
    }
}

extension ClusterTransport.Session: Equatable {
    static func == (left: Self, right: Self) -> Bool {
        left.client === right.client && left.authorization == right.authorization
    }
}
