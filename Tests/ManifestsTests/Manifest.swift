import ObjectModel
import TestSupport
import Testing
import YAML

/// An object in a file of `manifests/`.
struct Manifest: CustomStringConvertible {
    let file: String
    let object: ObjectValue

    /// Everything that `kubectl apply -k manifests` applies.
    static func base() throws -> [Manifest] {
        try listed(in: "manifests")
    }

    /// What the kustomization in a folder lists.
    static func listed(in folder: String) throws -> [Manifest] {
        let kustomization = try one(read("\(folder)/kustomization.yaml")).object
        let files = kustomization["resources"]?.arrayValue?.compactMap(\.stringValue) ?? []
        return try files.flatMap { try read("\(folder)/\($0)") }
    }

    /// All objects of a file.
    static func read(_ file: String) throws -> [Manifest] {
        try YAML.documents(in: try Repository.text(file)).map { Manifest(file: file, object: ObjectDocument($0).value) }
    }

    /// The only object of a kind and name.
    static func base(_ kind: String, _ name: String) throws -> ObjectValue {
        try one(base().filter { $0.kind == kind && $0.name == name }).object
    }

    private static func one(_ manifests: [Manifest]) throws -> Manifest {
        try #require(manifests.count == 1 ? manifests.first : nil, "one object, not \(manifests)")
    }

    /// The containers' pod, where the object makes pods.
    var pod: ObjectValue? { object["spec"]?["template"] }

    var kind: String { object["kind"]?.stringValue ?? "" }
    var name: String { object["metadata"]?["name"]?.stringValue ?? "" }
    var description: String { "\(kind) \(name) in \(file)" }
}
