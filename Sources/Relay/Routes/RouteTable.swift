import DestinationModel
import Logging
import NIOCore
import Synchronization
import Telemetry

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#endif

/// All routes of this relay, each on an event loop of its own choosing. May be used from any thread.
final class RouteTable: Sendable {
    private struct Entry: Sendable {
        let endpoint: NIOLoopBound<RouteEndpoint>
        let loop: any EventLoop
        let metrics: RouteMetrics
        let announcement: RouteAnnouncement
    }

    private enum Phase {
        case opening, serving, draining
    }

    private let environment: RelayEnvironment
    private let group: any EventLoopGroup
    private let entries = Mutex<[Route: Entry]>([:])
    /// Closed ones whose last connections aren't.
    private let leaving = Mutex<[ObjectIdentifier: Entry]>([:])
    private let phase = Mutex(Phase.opening)

    init(_ environment: RelayEnvironment, on group: any EventLoopGroup) {
        self.environment = environment
        self.group = group
    }

    /// Opens a route's port.
    /// - Throws: `IOError` when it can't be had.
    func open(_ route: Route, host: String, port: Int) async throws -> RouteAnnouncement {
        let loop = group.next()
        let environment = environment
        let (endpoint, metrics, address) = try await loop.flatSubmit {
            let endpoint = RouteEndpoint(route: route, on: loop, environment)
            let bound = NIOLoopBound(endpoint, eventLoop: loop)
            let metrics = endpoint.metrics
            return endpoint.listen(host: host, port: port).map { (bound, metrics, $0) }
        }.get()
        environment.metrics.registry.add(metrics)
        let announcement = RouteAnnouncement(route, at: address)
        entries.withLock {
            $0[route] = Entry(endpoint: endpoint, loop: loop, metrics: metrics, announcement: announcement)
        }
        return announcement
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

    /// Closes a route's port at once; what is under way on it may finish within the grace period.
    func close(_ route: Route) {
        guard let entry = entries.withLock({ $0.removeValue(forKey: route) }) else { return }
        environment.metrics.registry.remove(entry.metrics)
        leaving.withLock { $0[ObjectIdentifier(entry.metrics)] = entry }
        drain([entry]).whenComplete { _ in
            self.leaving.withLock { $0[ObjectIdentifier(entry.metrics)] = nil }
        }
    }

    /// The routes that are open.
    var routes: Set<Route> { Set(entries.withLock { $0.keys }) }

    /// All routes that are known are open.
    func becomeReady() {
        phase.withLock { $0 = .serving }
    }

    /// Ready when every known route listens, and not any more when the relay is being stopped.
    var readiness: Readiness {
        let count = entries.withLock { $0.count }
        return switch phase.withLock({ $0 }) {
        case .opening: Readiness(isReady: false, text: "opening routes, \(count) so far\n")
        case .serving: Readiness(isReady: true, text: "\(count) routes are open\n")
        case .draining: Readiness(isReady: false, text: "being stopped\n")
        }
    }

    /// The open routes as a JSON array, sorted.
    var json: String {
        let announcements = entries.withLock { $0.sorted { $0.key < $1.key }.map(\.value.announcement) }
        return "[" + announcements.map(\.json).joined(separator: ",\n") + "]\n"
    }

    /// Looks the destinations of the routes anew for which `isAffected` holds.
    func refresh(where isAffected: (Route) -> Bool) {
        for (route, entry) in entries.withLock({ $0 }) where isAffected(route) {
            entry.loop.execute { entry.endpoint.value.refresh() }
        }
    }

    /// Drains all routes: returns when the last connection is closed, or when the grace is over and the rest was cut
    /// off.
    func drain() async {
        phase.withLock { $0 = .draining }
        let entries = entries.withLock { Array($0.values) } + leaving.withLock { Array($0.values) }
        try? await drain(entries).get()
    }

    private func drain(_ entries: [Entry]) -> EventLoopFuture<Void> {
        let logger = environment.logger
        let loop = group.next()
        let timeout = loop.scheduleTask(in: TimeAmount(environment.limits.grace)) {
            logger.warning("the grace period is over, closing what is left")
            for entry in entries { entry.loop.execute { entry.endpoint.value.close() } }
        }
        let drained = EventLoopFuture.andAllComplete(
            entries.map { entry in entry.loop.flatSubmit { entry.endpoint.value.drain() } },
            on: loop
        )
        return drained.always { _ in timeout.cancel() }
    }
}
