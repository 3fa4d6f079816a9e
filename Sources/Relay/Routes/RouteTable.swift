import DestinationModel
import Logging
import NIOCore
import ObjectModel
import RelayRoutes
import Synchronization
import Telemetry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// All routes of this relay, by their ports, each on an event loop of its own choosing. May be used from any thread.
final class RouteTable: Sendable {
    private struct Entry: Sendable {
        let endpoint: NIOLoopBound<RouteEndpoint>
        let loop: any EventLoop
        let metrics: RouteMetrics
        var route: Route
    }

    private enum Phase {
        case opening, serving, leaving, draining
    }

    private struct State {
        var phase = Phase.opening
        var entries: [Int: Entry] = [:]
        /// Closed ones whose last connections aren't.
        var leaving: [ObjectIdentifier: Entry] = [:]
        /// Counts changes of the routes.
        var revision = 0
    }

    /// The relay is being stopped, and opens nothing any more.
    struct Stopping: Error, CustomStringConvertible {
        var description: String { "the relay is being stopped" }
    }

    /// What is told of the routes.
    let board: RouteBoard
    private let environment: RelayEnvironment
    private let group: any EventLoopGroup
    private let state = Mutex(State())

    init(_ environment: RelayEnvironment, on group: any EventLoopGroup, board: RouteBoard = RouteBoard()) {
        self.environment = environment
        self.group = group
        self.board = board
    }

    /// Opens a route's port.
    ///
    /// - Parameters:
    ///   - owner: the uid of its Destination, in a cluster.
    ///   - address: where; port 0 for any. A port that is open already can't be had.
    /// - Throws: `IOError` when the port can't be had, `Stopping`.
    func open(_ route: Route, owner: String? = nil, at address: SocketAddress) async throws -> RouteAnnouncement {
        let loop = group.next()
        let environment = environment
        return try await loop.flatSubmit {
            let endpoint = RouteEndpoint(route: route, on: loop, environment)
            let bound = NIOLoopBound(endpoint, eventLoop: loop)
            // On the loop, before the first connection is accepted.
            return endpoint.listen(at: address).flatMapThrowing { address in
                try self.opened(route, owner, at: address, bound, loop)
            }
        }.get()
    }

    /// Opens a route's port on an address that may be a name.
    func open(_ route: Route, host: String, port: Int) async throws -> RouteAnnouncement {
        try await open(route, at: .makeAddressResolvingHost(host, port: port))
    }

    private func opened(
        _ route: Route,
        _ owner: String?,
        at address: SocketAddress,
        _ endpoint: NIOLoopBound<RouteEndpoint>,
        _ loop: any EventLoop
    ) throws -> RouteAnnouncement {
        let announcement = RouteAnnouncement(route, at: address)
        let port = announcement.port
        let metrics = endpoint.value.metrics
        let entry = Entry(endpoint: endpoint, loop: loop, metrics: metrics, route: route)
        let isOpen = state.withLock { state in
            guard state.phase != .draining else { return false }
            state.entries[port] = entry
            state.revision += 1
            board.set(
                RouteReport(port: port, address: announcement.address, route: route, owner: owner, lookup: .pending)
            )
            return true
        }
        guard isOpen else {
            _ = endpoint.value.abandon()
            throw Stopping()
        }
        environment.metrics.registry.add(metrics)
        endpoint.value.whenLookedUp = { [weak self] in self?.lookedUp(port, metrics, $0, $1) }
        return announcement
    }

    /// Says of a port that it isn't open though it should be.
    func cannotOpen(_ route: Route, owner: String?, at address: SocketAddress) {
        guard let port = address.port else { return }
        let lookup = RouteReport.Lookup.failed(
            reason: StatusReason.relayPortTaken,
            message: "a relay can't listen on port \(port) and goes on trying; its log says why"
        )
        board.set(
            RouteReport(port: port, address: address.ipAddress ?? "", route: route, owner: owner, lookup: lookup)
        )
    }

    private func lookedUp(
        _ port: Int,
        _ metrics: RouteMetrics,
        _ lookup: RouteReport.Lookup,
        _ mailServerPort: Int?
    ) {
        state.withLock { state in
            // Another route may have the port by now.
            guard state.entries[port]?.metrics === metrics else { return }
            board.lookedUp(port: port, lookup, mailServerPort: mailServerPort)
        }
    }

    /// Opens a route on the first free port from `first` on.
    /// - Returns: nil when there is none.
    /// - Throws: `IOError` when a port can't be had for another reason than that it's in use.
    func open(_ route: Route, host: String, firstFreeFrom first: Int) async throws -> RouteAnnouncement? {
        guard first <= 65_535 else { return nil }
        for port in first...65_535 {
            do {
                return try await open(route, host: host, port: port)
            } catch let error as IOError where error.errnoCode == EADDRINUSE {
                environment.logger.notice("port is in use, taking the next", metadata: ["port": "\(port)"])
            }
        }
        return nil
    }

    /// Leads a port elsewhere, for the same resource and tenant: its connections stay.
    func retarget(port: Int, to route: Route) {
        guard let entry = state.withLock({ $0.entries[port] }) else { return }
        entry.loop.execute {
            self.state.withLock { state in
                guard state.entries[port]?.metrics === entry.metrics else { return }
                state.entries[port]?.route = route
                state.revision += 1
                guard var report = self.board[port] else { return }
                report.route = route
                report.lookup = .pending
                self.board.set(report)
            }
            entry.endpoint.value.retarget(to: route)
        }
    }

    /// Closes a port; idle connections and sessions end, what is under way may finish within the grace period.
    /// - Returns: done when nobody can connect any more.
    func close(port: Int) -> EventLoopFuture<Void> {
        let entry = state.withLock { state -> Entry? in
            board.remove(port: port)
            guard let entry = state.entries.removeValue(forKey: port) else { return nil }
            state.leaving[ObjectIdentifier(entry.metrics)] = entry
            state.revision += 1
            return entry
        }
        guard let entry else { return group.next().makeSucceededVoidFuture() }
        environment.metrics.registry.remove(entry.metrics)
        let closed = entry.loop.submit {
            let drained = entry.endpoint.value.abandon()
            let logger = self.environment.logger
            let timeout = entry.loop.assumeIsolated().scheduleTask(in: TimeAmount(self.environment.limits.grace)) {
                logger.warning("the grace period is over, closing what is left of a route")
                entry.endpoint.value.close()
            }
            drained.whenComplete { _ in
                timeout.cancel()
                self.state.withLock { $0.leaving[ObjectIdentifier(entry.metrics)] = nil }
            }
        }
        return closed
    }

    /// Closes a route's port.
    func close(_ route: Route) {
        let ports = state.withLock { $0.entries.filter { $0.value.route == route }.map(\.key) }
        for port in ports { _ = close(port: port) }
    }

    /// The routes that are open.
    var routes: Set<Route> { Set(state.withLock { $0.entries.values.map(\.route) }) }

    /// How many there are.
    var count: Int { state.withLock { $0.entries.count } }

    /// How many applications are connected.
    var connections: Int { environment.connections.current }

    /// How long draining may take.
    var grace: Duration { environment.limits.grace }

    /// Another number whenever the routes are others.
    var revision: Int { state.withLock { $0.revision } }

    /// The ports of the routes for which `isIncluded` holds, by the instance that their destinations come from.
    func ports(where isIncluded: (Route) -> Bool) -> [String: [Int]] {
        let entries = state.withLock { $0.entries }
        let ports = entries.filter { isIncluded($0.value.route) }
        return Dictionary(grouping: ports, by: { $0.value.route.destination.instance }).mapValues { $0.map(\.key) }
    }

    /// All ports that are known were tried.
    func becomeReady() {
        state.withLock { if $0.phase == .opening { $0.phase = .serving } }
    }

    /// The relay is going to be stopped; until it is drained it serves as ever.
    func prepareToDrain() {
        state.withLock { if $0.phase != .draining { $0.phase = .leaving } }
    }

    /// Ready once every known port was tried, and not any more when the relay is being stopped.
    var readiness: Readiness {
        let (phase, count) = state.withLock { ($0.phase, $0.entries.count) }
        return switch phase {
        case .opening: Readiness(isReady: false, text: "opening routes, \(count) so far\n")
        case .serving: Readiness(isReady: true, text: "routes open: \(count)\n")
        case .leaving, .draining: Readiness(isReady: false, text: "being stopped\n")
        }
    }

    /// The open routes as a JSON array, sorted.
    var json: String {
        let reports = board.reports.sorted { ($0.route, $0.port) < ($1.route, $1.port) }
        let items = reports.map { String(decoding: $0.announced.json(), as: UTF8.self) }
        return "[" + items.joined(separator: ",\n") + "]\n"
    }

    /// Looks the destination of a port's route up; returns when that has ended.
    func refresh(port: Int) async {
        guard let entry = state.withLock({ $0.entries[port] }) else { return }
        try? await entry.loop.flatSubmit { entry.endpoint.value.refresh() }.get()
    }

    /// Looks the destinations of the routes up for which `isAffected` holds.
    func refresh(where isAffected: (Route) -> Bool) {
        for entry in state.withLock({ Array($0.entries.values) }) where isAffected(entry.route) {
            entry.loop.execute { _ = entry.endpoint.value.refresh() }
        }
    }

    /// Drains all routes: returns when the last connection is closed, or when the grace is over and the rest was cut
    /// off.
    func drain() async {
        let entries = state.withLock { state in
            state.phase = .draining
            return Array(state.entries.values) + Array(state.leaving.values)
        }
        let (logger, grace) = (environment.logger, grace)
        let loop = group.next()
        let timeout = loop.scheduleTask(in: TimeAmount(grace)) {
            logger.warning(
                "the grace period is over, closing what is left",
                metadata: ["connections": "\(self.connections)"]
            )
            for entry in entries { entry.loop.execute { entry.endpoint.value.close() } }
        }
        let drained = EventLoopFuture.andAllComplete(
            entries.map { entry in entry.loop.flatSubmit { entry.endpoint.value.drain() } },
            on: loop
        )
        try? await drained.always { _ in timeout.cancel() }.get()
    }
}
