import DestinationModel
import Logging
import NIOCore
import NIOPosix
import SMTP
import Telemetry
import UpstreamPool

/// One route: the port that applications connect to, their connections, and the sessions with the mail server.
///
/// Everything of a route lives on one event loop. A route is bounded by the few sessions that its mail server allows, so
/// it never needs two processors; and what needs no lock can't be locked wrongly.
final class RouteEndpoint {
    let route: Route
    let loop: any EventLoop
    let metrics: RouteMetrics
    let serverConfiguration: ServerConfiguration
    var limits: RelayLimits { environment.limits }

    private let environment: RelayEnvironment
    private let logger: Logger
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: ApplicationHandler] = [:]
    private var isDraining = false
    private var drained: EventLoopPromise<Void>?

    /// The sessions of the destination as it is now; nil until it was looked up.
    private var pool: RoutePool?
    /// Pools of the destination as it was; they go when the last session comes back.
    private var former: [RoutePool] = []
    private var isLookingUp = false
    /// Something has changed while a look-up was under way.
    private var isStale = false
    private var awaitingPool: [(Result<RoutePool, UpstreamFailure>) -> Void] = []
    /// What the mail server offered to the last session.
    private var capabilities: Capabilities?
    private var learners: [(Capabilities?) -> Void] = []

    init(route: Route, on loop: any EventLoop, _ environment: RelayEnvironment) {
        self.route = route
        self.loop = loop
        self.environment = environment
        metrics = RouteMetrics(route: route, of: environment.metrics)
        let tenant = route.tenant.map { ", tenant \($0)" } ?? ""
        serverConfiguration = ServerConfiguration(
            name: environment.name,
            greeting: "ESMTP relay for \(route.resource)\(tenant)",
            limits: environment.limits.server
        )
        var logger = environment.logger
        logger[metadataKey: "route"] = "\(route)"
        logger[metadataKey: "destination"] = "\(route.destination.destination)"
        self.logger = logger
    }

    // MARK: Application connections

    /// Counts a connection in; false when it is one too many.
    func admit(_ connection: ApplicationHandler) -> Bool {
        guard !isDraining, connections.count < limits.connectionsPerRoute, environment.connections.admit() else {
            metrics.connectionsRefused.increment()
            return false
        }
        connections[ObjectIdentifier(connection)] = connection
        metrics.connectionsTotal.increment()
        metrics.connectionsOpen.increment()
        return true
    }

    func remove(_ connection: ApplicationHandler) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        environment.connections.leave()
        metrics.connectionsOpen.decrement()
        completeDrain()
    }

    /// Counts and logs the end of a transaction.
    func finished(_ outcome: TransactionOutcome, verdict: Reply?, since start: NIODeadline?) {
        metrics.finished(outcome)
        var metadata: Logger.Metadata = [:]
        if let start {
            let duration = NIODeadline.now() - start
            if case .accepted = outcome { metrics.timeToAccept.record(Duration(duration)) }
            metadata["milliseconds"] = "\(duration.nanoseconds / 1_000_000)"
        }
        if let verdict { metadata["reply"] = "\(verdict.code) \(verdict.text)" }
        switch outcome {
        case .accepted(let octets):
            metadata["octets"] = "\(octets)"
            logger.info("message accepted", metadata: metadata)
        case .refused(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.info("message refused", metadata: metadata)
        case .failed(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.notice("message failed", metadata: metadata)
        case .ambiguous:
            logger.warning("session lost behind the final dot, nobody knows whether the message was taken")
        case .abandoned(let stage):
            metadata["stage"] = "\(stage.rawValue)"
            logger.debug("transaction abandoned", metadata: metadata)
        }
    }

    // MARK: Sessions

    /// Asks for a session; `answer` may be called before this returns.
    func borrow(
        for user: any SessionUser,
        fresh: Bool,
        _ answer: @escaping (Result<RoutePool.Loan, UpstreamFailure>) -> Void
    ) -> BorrowTicket {
        let ticket = BorrowTicket()
        withPool { [self] found in
            guard !ticket.isCancelled else { return }
            switch found {
            case .failure(let failure):
                answer(.failure(failure))
            case .success(let pool):
                let number = pool.borrow(for: user, fresh: fresh) { result in
                    if case .success(let loan) = result { self.capabilities = loan.session.capabilities }
                    answer(result)
                }
                ticket.waits(in: pool, as: number)
            }
        }
        return ticket
    }

    /// Tells what the mail server offers, asking it first if nobody has; nil when it can't be had.
    func learnCapabilities(_ answer: @escaping (Capabilities?) -> Void) {
        if let capabilities { return answer(capabilities) }
        learners.append(answer)
        guard learners.count == 1 else { return }
        let learner = CapabilityLearner()
        _ = borrow(for: learner, fresh: false) { [self] result in
            let waiting = learners
            learners = []
            switch result {
            case .success(let loan):
                waiting.forEach { $0(loan.session.capabilities) }
                loan.session.giveBack(needsReset: false)
            case .failure:
                waiting.forEach { $0(nil) }
            }
        }
    }

    private func withPool(_ body: @escaping (Result<RoutePool, UpstreamFailure>) -> Void) {
        if let pool { return body(.success(pool)) }
        guard !isDraining else { return body(.failure(UpstreamFailure(.draining, "being stopped, try again"))) }
        awaitingPool.append(body)
        lookUp()
    }

    // MARK: The destination

    /// Looks the destination up anew: something may have changed.
    func refresh() {
        guard pool != nil || !awaitingPool.isEmpty else { return }
        lookUp()
    }

    private func lookUp() {
        // A look-up under way may have read what was there before the change: it is followed by another.
        guard !isLookingUp else {
            isStale = true
            return
        }
        isLookingUp = true
        let (route, environment) = (route, environment)
        loop.makeFutureWithTask { () async -> Result<UpstreamTarget, UpstreamFailure> in
            do throws(UpstreamFailure) {
                return .success(try await environment.target(for: route))
            } catch {
                return .failure(error)
            }
        }.assumeIsolated().whenSuccess { self.found($0) }
    }

    private func found(_ result: Result<UpstreamTarget, UpstreamFailure>) {
        isLookingUp = false
        if isStale {
            isStale = false
            return lookUp()
        }
        let waiting = awaitingPool
        awaitingPool = []
        switch result {
        case .success(let target):
            let pool = pool(for: target)
            waiting.forEach { $0(.success(pool)) }
        case .failure(let failure):
            logger.warning("no destination", metadata: ["reason": "\(failure.reason)"])
            retirePool()
            waiting.forEach { $0(.failure(failure)) }
        }
    }

    private func pool(for target: UpstreamTarget) -> RoutePool {
        if let pool, pool.target.key == target.key { return pool }
        if pool != nil { logger.notice("destination has changed, its sessions are retired") }
        retirePool()
        if target.destination.tls.verification == .none {
            logger.warning("the mail server's certificate is not verified, as the destination asks for")
        }
        let pool = RoutePool(
            target: target,
            limits: limits.pool,
            connector: environment.connector,
            loop: loop,
            metrics: metrics,
            logger: logger
        )
        self.pool = pool
        return pool
    }

    private func retirePool() {
        former.removeAll { $0.isEmpty }
        guard let pool else { return }
        self.pool = nil
        capabilities = nil
        pool.drain()
        if !pool.isEmpty { former.append(pool) }
    }

    // MARK: The port

    /// Listens; the future fails when the port can't be had.
    /// - Returns: where it listens.
    func listen(host: String, port: Int) -> EventLoopFuture<SocketAddress> {
        let endpoint = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: loop, childGroup: loop)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .childChannelOption(.socketOption(.tcp_nodelay), value: 1)
            .childChannelOption(.allowRemoteHalfClosure, value: true)
            .childChannelOption(.autoRead, value: false)
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    try channel.pipeline.syncOperations.addHandler(ApplicationHandler(endpoint: endpoint.value))
                }
            }
            .bind(host: host, port: port)
            .flatMapThrowing { channel in
                endpoint.value.listener = channel
                guard let address = channel.localAddress else { throw ChannelError.alreadyClosed }
                return address
            }
    }

    /// Stops: no new connections, what is under way is finished, idle applications hear 421.
    /// - Returns: done when the last connection is closed.
    func drain() -> EventLoopFuture<Void> {
        let promise = drained ?? loop.makePromise()
        drained = promise
        guard !isDraining else { return promise.futureResult }
        isDraining = true
        listener?.close(promise: nil)
        for connection in Array(connections.values) { connection.drain() }
        completeDrain()
        return promise.futureResult
    }

    /// Ends at once whatever is left.
    func close() {
        for connection in Array(connections.values) { connection.closeNow() }
        retirePool()
    }

    private func completeDrain() {
        guard isDraining, connections.isEmpty else { return }
        retirePool()
        drained?.succeed()
    }
}

@available(*, unavailable)
extension RouteEndpoint: Sendable {}
