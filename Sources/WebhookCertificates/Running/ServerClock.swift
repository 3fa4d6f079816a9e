import Kubernetes
import ObjectModel

/// The API server's clock, for it's the API server that judges certificates by its clock. A manager on a machine whose
/// own clock is years off would else throw everything away as expired.
///
/// Nothing but the objects' own fields tells it, so an object is made with `dryRun`, which stores nothing. Between two
/// askings this machine's steady clock counts on.
struct ServerClock: Sendable {
    private static let interval = Duration.seconds(600)

    private var known: (time: Int64, at: ContinuousClock.Instant)?

    /// Seconds since 1970. Where the API server doesn't say, this machine's clock has to do.
    mutating func now(_ client: KubernetesClient, namespace: String) async -> Int64 {
        if known.map({ ContinuousClock.now - $0.at >= Self.interval }) ?? true {
            if let time = await Self.ask(client, namespace) { known = (time, .now) }
        }
        guard let known else { return Int64(MicroTime.now.microseconds / 1_000_000) }
        return known.time + (ContinuousClock.now - known.at).components.seconds
    }

    private static func ask(_ client: KubernetesClient, _ namespace: String) async -> Int64? {
        let probe: ObjectValue = .object([
            "metadata": .object(["name": .string("tproxy-manager-clock"), "namespace": .string(namespace)])
        ])
        let answer = try? await client.create(.leases, probe, dryRun: true)
        return answer?["metadata"]?["creationTimestamp"]?.stringValue.flatMap(Timestamp.seconds)
    }
}
