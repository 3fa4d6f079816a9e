import DestinationSources
import ServiceLifecycle

/// Watches the directory of destinations.
struct DirectoryWatch: Service {
    let source: DirectoryDestinationSource

    func run() async throws {
        await cancelWhenGracefulShutdown { await source.run() }
    }
}
