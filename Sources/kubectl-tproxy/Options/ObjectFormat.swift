import ArgumentParser
import DestinationModel
import ObjectModel

/// The forms in which programs read objects: kubectl's.
enum ObjectFormat: String, ExpressibleByArgument, CaseIterable, Sendable {
    case yaml, json, name

    /// A Destination that isn't in the cluster.
    func text(_ draft: DestinationDraft) -> [UInt8] {
        switch self {
        case .yaml: Array(draft.yaml.utf8)
        case .json: draft.object.json() + [UInt8(ascii: "\n")]
        case .name: Array("destination.\(DestinationResource.group)/\(draft.name)\n".utf8)
        }
    }
}
