import DestinationModel
import DestinationRules
import FoundationEssentials
import YAML

/// The Destination resources in the `*.yaml` files of a directory.
struct ResourceFiles: Sendable {
    /// Something that is wrong with a file, where, and what to do.
    struct Problem: Hashable, Sendable {
        /// `file:line:column`, or the file alone.
        let place: String
        let text: String
        let isError: Bool
    }

    /// What can be served, sorted.
    private(set) var routes: [Route] = []
    /// In the order of the files.
    private(set) var problems: [Problem] = []
    private var claims: [ServiceClaim] = []

    /// The namespace of a resource that names none, as with kubectl.
    private static let defaultNamespace = "default"

    /// Reads the files. One that is bad does not stop the others, nor a bad resource those beside it.
    /// - Throws: when the directory can't be read.
    init(directory: String, instances: RuleContext.Instances) throws {
        let names = try FileManager.default.contentsOfDirectory(atPath: directory)
        for name in names.sorted() where name.hasSuffix(".yaml") || name.hasSuffix(".yml") {
            read("\(directory)/\(name)", instances)
        }
        routes.sort()
    }

    private mutating func read(_ path: String, _ instances: RuleContext.Instances) {
        guard let octets = FileManager.default.contents(atPath: path) else {
            return problems.append(Problem(place: path, text: "can't be read", isError: true))
        }
        do {
            for document in try YAML.documents(in: Array(octets), file: path) {
                check(ObjectDocument(document), in: path, instances)
            }
        } catch {
            problems.append(Problem(place: "\(path):\(error.position)", text: error.message, isError: true))
        }
    }

    private mutating func check(_ document: ObjectDocument, in path: String, _ instances: RuleContext.Instances) {
        let context = RuleContext(instances: instances, claims: claims)
        let report = DestinationRules.check(document.value, context: context)
        for finding in report.findings {
            let position = finding.position(in: document.positions).map { ":\($0)" } ?? ""
            problems.append(
                Problem(
                    place: path + position,
                    text: "\(finding.code): \(finding.message); \(finding.mend)",
                    isError: finding.severity == .error
                )
            )
        }
        claims += ServiceClaim.claims(of: document.value)
        routes +=
            report.servable?.routes(
                defaultInstance: instances.defaultName,
                defaultNamespace: Self.defaultNamespace
            ) ?? []
    }
}
