import DestinationModel
import DestinationSources
import Logging
import TLS
import UpstreamPool

/// What all routes share.
struct RelayEnvironment: Sendable {
    /// The relay's name towards applications and, where a destination sets none, towards mail servers.
    let name: String
    let limits: RelayLimits
    let source: any DestinationSource
    let connector: SessionConnector
    let tlsContexts: TLSContextCache
    let metrics: RelayMetrics
    let connections: ConnectionLimiter
    let openings: OpeningPacer
    let logger: Logger
    /// The bounds of pools that are made from now on, where they can change; else those of the limits hold.
    var poolLimits: (@Sendable () -> PoolLimits)?

    /// Looks a route's destination up and makes it ready for connecting. Reads files: not for an event loop.
    func target(for route: Route) async throws(UpstreamFailure) -> UpstreamTarget {
        let found: ResolvedDestination
        do {
            found = try await source.resolve(route.destination)
        } catch {
            throw UpstreamFailure(error)
        }
        do {
            let context = try tlsContexts.context(for: found.destination.tls)
            let key = UpstreamKey(route: route, generation: found.generation, destination: found.destination)
            return UpstreamTarget(key: key, tls: context, fetchedAt: found.fetchedAt, origin: found.origin)
        } catch {
            throw UpstreamFailure(configuring: error)
        }
    }
}
