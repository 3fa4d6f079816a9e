import Kubernetes
import Logging
import ServiceLifecycle
import Telemetry

/// Keeps what is known of the cluster's Destinations up to date, and says when that fails.
struct DestinationWatch: Service {
    let watch: ObjectWatch
    let known: KnownDestinations
    let metrics: AdmissionMetrics
    let logger: Logger

    func run() async throws {
        await cancelWhenGracefulShutdown {
            // Of a cluster that stays away, one line is enough.
            var isTold = false
            for await event in watch {
                known.take(event)
                switch event {
                case .restarted, .present, .unreadable, .deleted:
                    break
                case .synced:
                    isTold = false
                    logger.info("Destinations of the cluster are known", metadata: ["count": "\(known.count)"])
                case .resumed:
                    isTold = false
                    logger.info("Destinations of the cluster are watched again")
                case .interrupted(let error):
                    metrics.watchInterruptions.increment()
                    guard !isTold else { continue }
                    isTold = true
                    logger.warning(
                        known.snapshot.isComplete
                            ? "changed Destinations are not seen for now: name collisions with them are not found"
                            : "Destinations of the cluster can't be read: name collisions are not looked for",
                        metadata: ["reason": "\(error)"]
                    )
                }
            }
        }
    }
}
