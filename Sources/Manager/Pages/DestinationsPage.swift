import DestinationController
internal import DestinationModel
import Kubernetes
import ObjectModel

/// The leader's `/destinationCRs`: every Destination, and what is wrong with it.
enum DestinationsPage {
    static func items(_ snapshot: ControllerSnapshot) -> ObjectValue {
        .array(snapshot.destinations.sorted { $0.key < $1.key }.map { item($0.key, $0.value) })
    }

    private static func item(_ key: ObjectKey, _ summary: DestinationSummary?) -> ObjectValue {
        var members: [String: ObjectValue] = ["namespace": .string(key.namespace), "name": .string(key.name)]
        guard let summary else {
            members["available"] = .string("Unknown")
            return .object(members)
        }
        members["available"] = .string(summary.isAvailable ? "True" : "False")
        members["reason"] = .string(summary.reason)
        members["message"] = .string(summary.message)
        members["tenantsReady"] = .string("\(summary.ready)/\(summary.tenants)")
        members["notReady"] = .array(summary.problems.map(problem))
        return .object(members)
    }

    private static func problem(_ problem: DestinationSummary.Problem) -> ObjectValue {
        var members: [String: ObjectValue] = [
            "state": .string(problem.state.rawValue), "reason": .string(problem.reason),
        ]
        members["tenant"] = problem.tenant.map(ObjectValue.string)
        return .object(members)
    }
}
