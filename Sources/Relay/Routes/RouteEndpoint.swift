import DestinationModel
import Logging
import NIOCore
import NIOPosix
import RelayRoutes
import SMTP
import Telemetry
import UpstreamPool

/// One route: the port that applications connect to, their connections, and the sessions with the mail server.
///
/// Everything of a route lives on one event loop. A route is bounded by the few sessions that its mail server allows, so
/// it never needs two processors; and what needs no lock can't be locked wrongly.
final class RouteEndpoint {
    private(set) var route: Route
    let loop: any EventLoop
    let metrics: RouteMetrics
    let serverProfile: ServerProfile
    var limits: RelayLimits { environment.limits }

    /// Told what is known of the destination, whenever that has been looked up.
    var whenLookedUp: ((RouteReport.Lookup, _ mailServerPort: Int?) -> Void)?

    private let environment: RelayEnvironment
    private(set) var logger: Logger
    private var listener: (any Channel)?
    private var connections: [ObjectIdentifier: ApplicationHandler] = [:]
    private var lastConnection = 0
    var foreignProtocols = ForeignProtocolLog()
    private(set) var isDraining = false
    /// The route is no more: nobody gets a session any more who hasn't got one.
    private var isGone = false
    private var drained: EventLoopPromise<Void>?

    /// The sessions of the destination as it is now; nil until it was looked up.
    private var pool: RoutePool?
    private var isLookingUp = false
    /// Something has changed while a look-up was under way.
    private var isStale = false
    private var lookUpEnds: [EventLoopPromise<Void>] = []
    /// What the last look-up failed with, as far as it was logged.
    private var loggedFailure: String?
    private var awaitingPool: [(Result<RoutePool, UpstreamFailure>) -> Void] = []
    private var lookUpLimit: Scheduled<Void>?
    /// What the mail server offers.
    var capabilities = CapabilityCache()
    /// Clients that have said EHLO and wait until that is known, and until when they do.
    var learners: [(Capabilities?) -> Void] = []
    var learnLimit: Scheduled<Void>?

    init(route: Route, on loop: any EventLoop, _ environment: RelayEnvironment) {
        self.route = route
        self.loop = loop
        self.environment = environment
        metrics = RouteMetrics(route: route, of: environment.metrics)
        let tenant = route.tenant.map { ", tenant \($0)" } ?? ""
        serverProfile = ServerProfile(
            name: environment.name,
            greeting: "ESMTP relay for \(route.resource)\(tenant)",
            limits: environment.limits.server
        )
        logger = environment.logger
        nameInLog()
    }

    private func nameInLog() {
        logger[metadataKey: "route"] = "\(route)"
        logger[metadataKey: "destination"] = "\(route.destination.destination)"
    }

    // MARK: Application connections

    /// A number for a connection, by which log lines of it can be told. Not used twice on a route.
    func nextConnectionNumber() -> Int {
        lastConnection += 1
        return lastConnection
    }

    /// Counts a connection in; false when it is one too many.
    func admit(_ connection: ApplicationHandler) -> Bool {
        let limit = isDraining ? nil : environment.connections.admit(self, from: connection.clientAddress)
        if let limit { reached(.connection(limit)) }
        guard !isDraining, limit == nil else {
            metrics.connectionsRefused.increment()
            return false
        }
        connections[ObjectIdentifier(connection)] = connection
        metrics.connectionsTotal.increment()
        metrics.connectionsOpen.increment()
        return true
    }

    /// Counts a limit that a client has reached.
    func reached(_ limit: RelayLimit) {
        environment.metrics.limits.reached(limit)
    }

    func remove(_ connection: ApplicationHandler) {
        guard connections.removeValue(forKey: ObjectIdentifier(connection)) != nil else { return }
        environment.connections.leave(self, from: connection.clientAddress)
        metrics.connectionsOpen.decrement()
        completeDrain()
    }

    // MARK: The pool

    /// The bounds of the pools of sessions that are made from now on.
    var poolLimits: PoolLimits { environment.poolLimits?() ?? limits.pool }

    /// Calls `body` with the pool of the destination as it is now, looking it up if that has to be.
    func withPool(_ body: @escaping (Result<RoutePool, UpstreamFailure>) -> Void) {
        if let pool { return body(.success(pool)) }
        guard !isDraining else { return body(.failure(.draining)) }
        awaitingPool.append(body)
        if lookUpLimit == nil {
            lookUpLimit = loop.assumeIsolated().scheduleTask(in: TimeAmount(limits.lookUpTime)) { [weak self] in
                self?.reached(.lookUpTime)
                self?.answerAwaiting(.failure(UpstreamFailure(.destination, "not looked up in time, try again")))
            }
        }
        // Those who come while one is under way share its result.
        if !isLookingUp { lookUp() }
    }

    private func answerAwaiting(_ result: Result<RoutePool, UpstreamFailure>) {
        lookUpLimit?.cancel()
        lookUpLimit = nil
        let waiting = awaitingPool
        awaitingPool = []
        waiting.forEach { $0(result) }
    }

    // MARK: The destination

    /// Looks the destination up: something may have changed, or nobody has asked for it yet.
    /// - Returns: done when it is known, or known that it can't be had.
    func refresh() -> EventLoopFuture<Void> {
        guard !isDraining else { return loop.makeSucceededVoidFuture() }
        let end = loop.makePromise(of: Void.self)
        lookUpEnds.append(end)
        lookUp()
        return end.futureResult
    }

    /// Leads the port elsewhere, for the same resource and tenant. What is under way is finished where it began; nothing
    /// else goes there any more.
    func retarget(to route: Route) {
        self.route = route
        nameInLog()
        retirePool()
        if isLookingUp {
            isStale = true
        } else if !awaitingPool.isEmpty {
            lookUp()
        }
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
        let ends = lookUpEnds
        lookUpEnds = []
        defer { ends.forEach { $0.succeed() } }
        guard !isGone else { return }
        switch result {
        case .success(let target):
            metrics.lookedUp(.found, at: target.fetchedAt)
            loggedFailure = nil
            let pool = pool(for: target)
            tell(.found)
            answerAwaiting(.success(pool))
        case .failure(let failure):
            metrics.lookedUp(.failed, at: nil)
            if loggedFailure != failure.reason {
                loggedFailure = failure.reason
                logger.warning("no destination", metadata: ["reason": "\(failure.reason)"])
            }
            // A source that is down says nothing about the destination: mail flows on with what is known.
            if let pool, failure.leavesStanding(pool.target) {
                tell(.found)
                return answerAwaiting(.success(pool))
            }
            retirePool()
            tell(.failed(reason: failure.statusReason, message: failure.reason))
            answerAwaiting(.failure(failure))
        }
    }

    private func tell(_ lookup: RouteReport.Lookup) {
        if case .failed(let reason, _) = lookup {
            metrics.destinationFailed(reason)
        } else {
            metrics.destinationFailed(nil)
        }
        whenLookedUp?(lookup, pool?.target.destination.port)
    }

    private func pool(for target: UpstreamTarget) -> RoutePool {
        if let pool, pool.target.key == target.key {
            pool.renew(target)
            return pool
        }
        if pool != nil { logger.notice("destination has changed, its sessions are retired") }
        let old = pool
        switch target.destination.tls.verification {
        case .full where target.destination.tls.acceptsCommonName:
            logger.warning("common name in the mail server's certificate accepted")
        case .full: break
        case .chainOnly:
            logger.warning("the name in the mail server's certificate is not verified, as the destination asks for")
        case .none:
            logger.warning("the mail server's certificate is not verified, as the destination asks for")
        }
        if target.destination.sendsSecretsInPlaintext {
            logger.warning("client secret is sent to the token service without TLS, as the destination allows")
        }
        let pool = RoutePool(
            target: target,
            limits: poolLimits,
            connector: environment.connector,
            openings: environment.openings,
            loop: loop,
            metrics: metrics,
            logger: logger
        )
        self.pool = pool
        capabilities.destinationChanged()
        old?.drain()
        return pool
    }

    private func retirePool() {
        guard let pool else { return }
        self.pool = nil
        capabilities.destinationChanged()
        pool.drain()
    }

    // MARK: The port

    /// Listens; the future fails when the port can't be had.
    /// - Returns: where it listens.
    func listen(at address: SocketAddress) -> EventLoopFuture<SocketAddress> {
        let endpoint = NIOLoopBound(self, eventLoop: loop)
        return ServerBootstrap(group: loop, childGroup: loop).bothFamilies(at: address.ipAddress)
            .serverChannelOption(.socketOption(.so_reuseaddr), value: 1)
            .serverChannelOption(.backlog, value: 1024)
            .keepAlive()
            .childChannelInitializer { channel in
                channel.eventLoop.makeCompletedFuture {
                    // At once, and not by the bootstrap, which makes a future for each: there is one connection per mail.
                    let options = channel.syncOptions
                    try options?.setOption(.tcpOption(.tcp_nodelay), value: 1)
                    try options?.setOption(.allowRemoteHalfClosure, value: true)
                    try options?.setOption(.autoRead, value: false)
                    try channel.pipeline.syncOperations.addHandler(ApplicationHandler(endpoint: endpoint.value))
                }
            }
            .bind(to: address)
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

    /// The route is no more. Its port is closed when this returns, and idle sessions end; transactions that have a session
    /// may finish, those that wait for one are denied it.
    /// - Returns: done when the last connection is closed.
    func abandon() -> EventLoopFuture<Void> {
        isGone = true
        whenLookedUp = nil
        let drained = drain()
        answerAwaiting(.failure(.draining))
        retirePool()
        return drained
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
