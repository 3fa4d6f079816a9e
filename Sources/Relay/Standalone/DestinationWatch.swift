import DestinationModel
import DestinationSources
import ServiceLifecycle

/// Watches the directory of destinations, and has the routes of a changed one look it up anew.
struct DestinationWatch: Service {
    let source: DirectoryDestinationSource
    let table: RouteTable

    func run() async throws {
        let changes = source.changes()
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask { await source.run() }
                for await change in changes {
                    switch change {
                    case .everything: table.refresh { _ in true }
                    case .destinations(let keys): table.refresh { keys.contains(DestinationKey($0.destination)) }
                    }
                }
                group.cancelAll()
            }
        }
    }
}
