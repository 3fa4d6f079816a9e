import Configuration
import DestinationModel
import ServerSupport
import ServiceLifecycle

/// Keeps the instances as the configuration says, and tells them which destinations are needed.
struct InstanceService: Service {
    let keeper: InstanceKeeper
    let configuration: LiveConfiguration
    let table: RouteTable

    func run() async throws {
        await cancelWhenGracefulShutdown {
            await withTaskGroup(of: Void.self) { group in
                group.addTask {
                    for await configuration in configuration.values { await keeper.apply(configuration) }
                }
                group.addTask { await follow() }
            }
        }
        await keeper.stop()
    }

    /// What is needed changes with every route: once a second will do.
    private func follow() async {
        var revision = 0
        while (try? await Task.sleep(for: .seconds(1))) != nil {
            if table.revision != revision {
                revision = table.revision
                await keeper.keep(only: Set(table.routes.map(\.destination)))
            }
            await keeper.measure()
        }
    }
}
