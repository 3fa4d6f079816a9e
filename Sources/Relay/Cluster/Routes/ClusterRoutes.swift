import Kubernetes
import Logging
import RelayRoutes
import ServiceLifecycle

/// Takes the routes from the relay Services of a namespace: whatever the watch tells becomes a port that is opened, led
/// elsewhere or closed.
///
/// Nothing is closed because nobody is heard of: a port goes only when its Service is seen to be gone or changed.
///
/// - Note: The watch is an ``ObjectWatch`` but in tests.
struct ClusterRoutes<Watch: AsyncSequence & Sendable>: Service
where Watch.Element == WatchEvent, Watch.Failure == Never {
    let watch: Watch
    let keeper: PortKeeper
    let table: RouteTable
    let metrics: ClusterMetrics
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown { await follow() }
        await keeper.stop()
    }

    private func follow() async {
        var cache = ObjectCache<RelayServiceReading> { service in
            let reading = RelayServiceReading(service)
            return reading == .unrelated ? nil : reading
        }
        var routing = RoutingTable()
        // The first list is heard to its end before anything is opened: only then is it known which ports conflict.
        var untold: Set<Int> = []
        for await event in watch {
            for change in cache.receive(event) { untold.formUnion(take(change, &routing)) }
            metrics.watched(event)
            note(event, isSynced: cache.isSynced)
            guard cache.isSynced else { continue }
            let ports = untold
            untold = []
            for port in ports {
                switch routing[port] {
                case .served(let claim):
                    metrics.conflicts(false, port: port)
                    await keeper.want(claim, on: port)
                case .conflicting(let problem):
                    if metrics.conflicts(true, port: port) {
                        logger.error("port is not served", metadata: ["port": "\(port)", "problem": "\(problem)"])
                    }
                    await keeper.want(nil, on: port)
                case nil:
                    metrics.conflicts(false, port: port)
                    await keeper.want(nil, on: port)
                }
            }
            if case .synced = event { becomeReady() }
        }
    }

    private func take(_ change: ObjectCache<RelayServiceReading>.Change, _ routing: inout RoutingTable) -> Set<Int> {
        switch change {
        case .added(let key, let reading), .changed(let key, _, let reading):
            if case .malformed(_, let problem) = reading {
                logger.error("Service can't be used", metadata: ["service": "\(key)", "problem": "\(problem)"])
            }
            return routing.set(key.name, to: reading)
        case .removed(let key, _):
            return routing.set(key.name, to: nil)
        }
    }

    /// Ready is who has tried all ports of a whole list. One that can't be had keeps nobody from using the others.
    private func becomeReady() {
        Task {
            await keeper.settled()
            table.becomeReady()
        }
    }

    private func note(_ event: WatchEvent, isSynced: Bool) {
        switch event {
        case .synced:
            logger.info("routes of the cluster are known")
        case .interrupted(let error):
            logger.warning(
                isSynced
                    ? "changes of the routes are not seen for now, those that are known serve on"
                    : "the routes can't be read",
                metadata: ["reason": "\(error)"]
            )
        case .resumed:
            logger.info("changes of the routes are seen again")
        case .restarted, .present, .unreadable, .deleted:
            break
        }
    }
}
