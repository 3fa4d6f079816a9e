import DestinationModel
import NIOCore
import NameResolution

/// Opens one session, at the first of a host's addresses where one can be had. Its owner hears of the session's end
/// only where no other address is tried.
///
/// Belongs to the session's event loop.
final class SessionOpening: SessionOwner {
    typealias Connect = (_ addresses: [IPAddress]) -> EventLoopFuture<NIOLoopBound<Session>>

    private let destination: MailDestination
    private let failed: FailedAddresses
    private let owner: any SessionOwner
    private let connect: Connect
    private let promise: EventLoopPromise<NIOLoopBound<Session>>
    private let loop: any EventLoop
    private var attempts: AddressAttempts
    private let clock = ContinuousClock()
    /// Itself until it has ended, for sessions hold their owner weakly.
    private var untilEnded: SessionOpening?

    /// - Parameters:
    ///   - limit: how long further addresses are tried.
    ///   - connect: makes a session at one of some addresses.
    init(
        at addresses: [IPAddress],
        of destination: MailDestination,
        within limit: Duration,
        remembering failed: FailedAddresses,
        owner: any SessionOwner,
        on loop: any EventLoop,
        connect: @escaping Connect
    ) {
        self.destination = destination
        self.failed = failed
        self.owner = owner
        self.connect = connect
        self.loop = loop
        promise = loop.makePromise(of: NIOLoopBound<Session>.self)
        let now = ContinuousClock.now
        attempts = AddressAttempts(
            addresses,
            hasFailed: { failed.contains(Self.key($0, destination), at: now) },
            deadline: now + limit
        )
    }

    /// - Returns: the session, established or failed, right before its owner hears of that; or the most telling failure.
    func start() -> EventLoopFuture<NIOLoopBound<Session>> {
        untilEnded = self
        tryNext()
        return promise.futureResult
    }

    private func tryNext() {
        guard let addresses = attempts.next(at: clock.now) else {
            return end { $0.fail(attempts.failure ?? UpstreamFailure(.connect, "\(destination.host) has no address")) }
        }
        connect(addresses).assumeIsolated().whenComplete { result in
            switch result {
            case .success(let session):
                self.connected(session.value)
            case .failure(let error):
                for address in addresses { self.record(address) }
                self.attempts.connectFailed(UpstreamFailure(connecting: error, to: self.destination))
                self.tryNext()
            }
        }
    }

    private func connected(_ session: Session) {
        do throws(UpstreamFailure) {
            try session.adopt(by: self)
        } catch {
            sessionFailed(session, error)
        }
    }

    private func record(_ address: IPAddress) {
        failed.record(Self.key(address, destination), at: clock.now)
    }

    private static func key(_ address: IPAddress, _ destination: MailDestination) -> FailedAddresses.Key {
        FailedAddresses.Key(host: destination.host.lowercased(), port: destination.port, address: address)
    }

    private func end(_ complete: (EventLoopPromise<NIOLoopBound<Session>>) -> Void) {
        complete(promise)
        untilEnded = nil
    }

    // MARK: What the session says

    func sessionEstablished(_ session: Session) {
        if let address = session.address { failed.forget(Self.key(address, destination)) }
        handOver(session) { owner.sessionEstablished(session) }
    }

    func sessionFailed(_ session: Session, _ failure: UpstreamFailure) {
        guard AddressAttempts.mayDoBetter(after: failure.kind), !session.isIntroduced else {
            return handOver(session) { owner.sessionFailed(session, failure) }
        }
        if let address = session.address { record(address) }
        attempts.sessionFailed(at: session.address, failure)
        tryNext()
    }

    func sessionConfirmed(_ session: Session) { owner.sessionConfirmed(session) }

    func sessionFreed(_ session: Session) { owner.sessionFreed(session) }

    func sessionBroken(_ session: Session) { owner.sessionBroken(session) }

    func sessionProbed(_ session: Session, isAlive: Bool) { owner.sessionProbed(session, isAlive: isAlive) }

    func sessionClosed(_ session: Session, wasCut: Bool) {
        handOver(session) { owner.sessionClosed(session, wasCut: wasCut) }
    }

    private func handOver(_ session: Session, _ report: () -> Void) {
        session.handOver(to: owner)
        end { $0.succeed(NIOLoopBound(session, eventLoop: loop)) }
        report()
    }
}

@available(*, unavailable)
extension SessionOpening: Sendable {}
