import DestinationController
internal import DestinationModel
import Kubernetes
import ObjectModel

/// What the leader's `/status` says of the controller.
enum StatusPage {
    static func members(
        _ snapshot: ControllerSnapshot,
        now: ContinuousClock.Instant
    ) -> [String: ObjectValue] {
        let availability = snapshot.availability
        var members: [String: ObjectValue] = [
            "watches": .object(
                Dictionary(uniqueKeysWithValues: snapshot.watches.map { ($0.key.rawValue, watch($0.value)) })
            ),
            "queue": .object([
                "length": .integer(snapshot.queueLength),
                "oldestSeconds": .integer(Int(snapshot.oldestQueuedAge(at: now).components.seconds)),
            ]),
            "destinations": .object([
                "available": .integer(availability.yes), "notAvailable": .integer(availability.no),
                "unknown": .integer(availability.unknown),
            ]),
            "tenants": .object(
                Dictionary(
                    uniqueKeysWithValues: TenantStatus.State.allCases.map {
                        ($0.rawValue.lowercased(), .integer(snapshot.tenants($0)))
                    }
                )
            ),
            "relays": .object([
                "ready": .integer(snapshot.relays.ready), "reporting": .integer(snapshot.relays.reporting),
            ]),
        ]
        members["ports"] = snapshot.ports.map { ports in
            .object([
                "served": .integer(ports.served), "quarantined": .integer(ports.quarantined),
                "free": .integer(ports.free),
            ])
        }
        members["lastResync"] = snapshot.lastResync.map { .string($0.seconds) }
        return members
    }

    private static func watch(_ condition: WatchCondition) -> ObjectValue {
        var members: [String: ObjectValue] = [
            "synced": .bool(condition.isSynced), "connected": .bool(condition.isConnected),
        ]
        members["problem"] = condition.problem.map(ObjectValue.string)
        return .object(members)
    }
}
