import DestinationModel
import DestinationSources
import Logging
import NIOCore
import NIOPosix
import SMTP
import TLS
import UpstreamPool

/// Opens sessions with mail servers: name look-up, TCP, TLS, and the credentials for the login.
///
/// Belongs to no event loop; each session belongs to the one it is opened on.
struct SessionConnector: Sendable {
    /// The relay's own name, for EHLO.
    let name: String
    let tokens: OAuth2TokenProvider

    /// Opens a session on the owner's event loop.
    ///
    /// The future succeeds when the channel stands; greeting and login follow, of which the owner hears.
    /// - Parameter refused: a token that the mail server has refused: another one is fetched.
    func open(
        _ id: RoutePool.Machine.SessionID,
        target: UpstreamTarget,
        owner: RoutePool,
        on loop: any EventLoop,
        resuming resumption: TLSResumption,
        insteadOf refused: AccessToken?,
        logger: Logger
    ) -> EventLoopFuture<NIOLoopBound<Session>> {
        let owner = NIOLoopBound(owner, eventLoop: loop)
        let resumption = NIOLoopBound(resumption, eventLoop: loop)
        return credentials(for: target, on: loop, insteadOf: refused).flatMap { (credentials, token) in
            let session = Session(
                id: id,
                target: target,
                configuration: target.clientConfiguration(name: name, credentials: credentials),
                token: token,
                owner: owner.value,
                logger: logger
            )
            return connect(NIOLoopBound(session, eventLoop: loop), target: target, on: loop, resumption)
        }
    }

    private func connect(
        _ session: NIOLoopBound<Session>,
        target: UpstreamTarget,
        on loop: any EventLoop,
        _ resumption: NIOLoopBound<TLSResumption>
    ) -> EventLoopFuture<NIOLoopBound<Session>> {
        ClientBootstrap(group: loop)
            .connectTimeout(TimeAmount(target.connectLimit))
            .channelOption(.socketOption(.tcp_nodelay), value: 1)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    let resumption = resumption.value
                    let tls = TLSHandler(
                        client: target.tls,
                        serverName: target.destination.host,
                        resuming: resumption.session,
                        onNewSession: { resumption.session = $0 }
                    )
                    try channel.pipeline.syncOperations.addHandlers([tls, session.value])
                }
            }
            .connect(host: target.destination.host, port: target.destination.port)
            .map { _ in session }
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
            let key = TokenRequestKey(credentials: client, tenant: target.key.route.tenant)
            return loop.makeFutureWithTask {
                if let refused { await tokens.invalidate(refused, for: key) }
                do {
                    let token = try await tokens.token(for: key)
                    return (.bearer(user: user, token: token.secret.reveal()), token)
                } catch {
                    throw UpstreamFailure(.token, "no access token: \(error)")
                }
            }
        }
    }
}
