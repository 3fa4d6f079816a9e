import DestinationModel
import DestinationSources
import ServiceLifecycle

/// Has the routes of a changed destination look it up anew.
struct DestinationWatch: Service {
    let changes: DestinationChanges
    let table: RouteTable
    let lookUps: BackgroundLookUps

    func run() async throws {
        await cancelWhenGracefulShutdown {
            for await change in changes {
                switch change {
                case .everything:
                    await lookUps.add(table.ports { _ in true })
                case .destinations(let keys):
                    await lookUps.add(table.ports { keys.contains(DestinationKey($0.destination)) })
                }
            }
        }
    }
}
