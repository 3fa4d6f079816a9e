import ObjectModel
import RelayRoutes
import Telemetry

/// The pages about routes, which the manager reads.
enum RoutePages {
    /// Nobody is kept waiting for longer: the server's own time limit is not far.
    private static let longestWait = 5

    /// `/routes` and `/routes/changes`.
    static func pages(_ table: RouteTable) -> [String: OperationsRouter.Route] {
        [
            "/routes": OperationsRouter.shared { .json(table.json) },
            "/routes/changes": { query in
                let seconds = min(max(query["wait"].flatMap { Int($0) } ?? 0, 0), longestWait)
                let changes = await table.board.changes(
                    epoch: query["epoch"],
                    after: query["after"].flatMap { Int($0) },
                    waiting: .seconds(seconds)
                )
                return OperationsResponse(contentType: "application/json", body: changes.object.json())
            },
        ]
    }
}
