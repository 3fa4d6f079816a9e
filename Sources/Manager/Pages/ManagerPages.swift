import CommandLineSupport
import DestinationController
import Kubernetes
import ObjectModel
import Telemetry

/// The pages on which an operator sees how the controller fares: `/status` and `/destinationCRs`.
///
/// Only the leader knows; the others say that they don't lead, and who does.
struct ManagerPages: Sendable {
    /// This process's name in the election.
    let identity: String
    /// What the controller has written down.
    let board: ControllerBoard
    let isLeading: @Sendable () -> Bool
    /// Who holds the Lease, as the API server says; `nil` where it doesn't.
    let holder: @Sendable () async -> String?

    /// What to add to a server's routes.
    var routes: [String: OperationsRouter.Route] {
        [
            "/status": OperationsRouter.shared { await status() },
            "/destinationCRs": OperationsRouter.shared { await destinations() },
        ]
    }

    private func status() async -> OperationsResponse {
        var members: [String: ObjectValue] = [
            "version": .string(BuildInformation.version), "identity": .string(identity),
            "leading": .bool(isLeading()),
        ]
        members["holder"] = await holder().map(ObjectValue.string)
        if isLeading(), let snapshot = board.snapshot {
            members.merge(StatusPage.members(snapshot, now: .now)) { _, new in new }
        }
        return Self.page(.object(members))
    }

    private func destinations() async -> OperationsResponse {
        if isLeading(), let snapshot = board.snapshot { return Self.page(DestinationsPage.items(snapshot)) }
        // No list would pass for an empty one.
        var members: [String: ObjectValue] = ["leading": .bool(isLeading()), "destinations": .array([])]
        members["holder"] = await holder().map(ObjectValue.string)
        return Self.page(.object(members), status: 503)
    }

    private static func page(_ value: ObjectValue, status: Int = 200) -> OperationsResponse {
        OperationsResponse(status: status, contentType: "application/json", body: value.json() + [0x0A])
    }
}
