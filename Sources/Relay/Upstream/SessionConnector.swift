import DestinationModel
import DestinationSources
import Logging
import NIOCore
import NIOPosix
import NameResolution
import SMTP
import TLS
import UpstreamPool

/// Opens sessions with mail servers: name look-up, TCP, TLS, and the credentials for the login.
///
/// Belongs to no event loop; each session belongs to the one it is opened on.
struct SessionConnector: Sendable {
    /// The relay's own name, for EHLO.
    let name: String
    let tokens: any AccessTokenSource
    let resolver: NameResolver
    /// Which addresses may be connected to; asked for each session, since it may change.
    let addressPolicy: @Sendable () -> AddressPolicy
    private let failedAddresses = FailedAddresses()

    init(
        name: String,
        tokens: any AccessTokenSource,
        resolver: NameResolver,
        addressPolicy: @escaping @Sendable () -> AddressPolicy
    ) {
        self.name = name
        self.tokens = tokens
        self.resolver = resolver
        self.addressPolicy = addressPolicy
    }

    /// Opens a session on the owner's event loop.
    ///
    /// All the host's addresses are tried for it, within the time for connecting and TLS. The future succeeds when the
    /// session is established or has failed, right before the owner hears of that, and fails where there is none.
    /// - Parameters:
    ///   - refused: a token that the mail server has refused: another one is fetched.
    ///   - login: which mechanism comes first, and how many attempts to log in there may be.
    func open(
        _ id: RoutePool.Machine.SessionID,
        target: UpstreamTarget,
        owner: RoutePool,
        on loop: any EventLoop,
        resuming resumption: TLSResumption,
        insteadOf refused: AccessToken?,
        login: (mechanism: SASLMechanism?, maxAttempts: Int),
        logger: Logger
    ) -> EventLoopFuture<NIOLoopBound<Session>> {
        let owner = NIOLoopBound(owner, eventLoop: loop)
        let resumption = NIOLoopBound(resumption, eventLoop: loop)
        return credentials(for: target, on: loop, insteadOf: refused).flatMap { (credentials, token) in
            var configuration = target.clientConfiguration(name: name, credentials: credentials)
            configuration.preferredMechanism = login.mechanism
            configuration.maxLoginAttempts = login.maxAttempts
            return addresses(of: target, on: loop).flatMap { [configuration] addresses in
                SessionOpening(
                    at: addresses,
                    of: target.destination,
                    within: target.connectLimit * 2,
                    remembering: failedAddresses,
                    owner: owner.value,
                    on: loop
                ) { addresses in
                    connect(to: target, at: addresses, on: loop, resumption) {
                        Session(id: id, target: target, configuration: configuration, token: token, logger: logger)
                    }
                }.start()
            }
        }
    }

    /// The addresses to try, all of which may be connected to.
    private func addresses(of target: UpstreamTarget, on loop: any EventLoop) -> EventLoopFuture<[IPAddress]> {
        let host = target.destination.host
        let promise = loop.makePromise(of: [IPAddress].self)
        resolver.resolve(host, for: target.key.route.namespace) { answer in
            promise.completeWith(answer.mapError { UpstreamFailure($0, host: host) })
        }
        return promise.futureResult.flatMapThrowing { addresses in
            try allowed(addresses, for: target.destination)
        }
    }

    /// The candidates among a host's addresses.
    ///
    /// Judged here and not before the look-up: these very addresses are connected to, whatever the name leads to later.
    private func allowed(
        _ addresses: [IPAddress],
        for destination: MailDestination
    ) throws(UpstreamFailure) -> [IPAddress] {
        let policy = addressPolicy()
        let allowed = addresses.filter { policy.denial(of: $0) == nil }
        guard allowed.isEmpty, let address = addresses.first, let denial = policy.denial(of: address) else {
            return AddressSelection.candidates(allowed)
        }
        throw UpstreamFailure(refusing: policy.text(address, denial), of: destination)
    }

    /// - Parameter makeSession: called for each address that is tried. A name may have several, and the attempts overlap.
    private func connect(
        to target: UpstreamTarget,
        at addresses: [IPAddress],
        on loop: any EventLoop,
        _ resumption: NIOLoopBound<TLSResumption>,
        _ makeSession: @escaping @Sendable () -> Session
    ) -> EventLoopFuture<NIOLoopBound<Session>> {
        ClientBootstrap(group: loop)
            .resolver(ResolvedAddresses(addresses, on: loop))
            .connectTimeout(TimeAmount(target.connectLimit))
            .channelOption(.tcpOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let resumption = resumption.value
                    let tls = TLSHandler(
                        client: target.tls,
                        serverName: target.destination.host,
                        resuming: resumption.session,
                        onNewSession: { resumption.session = $0 },
                        reportsPlaintext: true
                    )
                    try channel.pipeline.syncOperations.addHandlers([tls, makeSession()])
                }
            }
            .connect(host: target.destination.host, port: target.destination.port)
            .flatMapThrowing { channel in
                let session = try channel.pipeline.syncOperations.handler(type: Session.self)
                return NIOLoopBound(session, eventLoop: loop)
            }
    }

    private func credentials(
        for target: UpstreamTarget,
        on loop: any EventLoop,
        insteadOf refused: AccessToken?
    ) -> EventLoopFuture<(SASLCredentials, AccessToken?)> {
        switch target.destination.authentication {
        case .none:
            return loop.makeSucceededFuture((.none, nil))
        case .basic(let user, let password):
            return loop.makeSucceededFuture((.password(user: user, password: password.reveal()), nil))
        case .oauth2ClientCredentials(let user, let client):
            let (route, tokens) = (target.key.route, tokens)
            let key = TokenRequestKey(credentials: client, tenant: route.tenant)
            return loop.makeFutureWithTask {
                let token: AccessToken
                do throws(TokenError) {
                    token = try await tokens.token(for: key, share: route.namespace, insteadOf: refused)
                } catch {
                    throw UpstreamFailure(error)
                }
                let text = token.secret.reveal()
                guard text.utf8.count <= MailDestination.maxCredentialLength else {
                    throw UpstreamFailure(
                        .token,
                        "no access token: it is longer than \(MailDestination.maxCredentialLength) bytes"
                    )
                }
                return (.bearer(user: user, token: text), token)
            }
        }
    }
}
