import DestinationModel
import DestinationRules
import DestinationSources
import FileWatch
import FoundationEssentials
import ObjectModel
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

    /// What one file has to say.
    struct Content: Hashable, Sendable {
        var routes: [Route] = []
        /// Not all of it can be served.
        var hasErrors = false
    }

    /// What can be served, by file.
    private(set) var contents: [String: Content] = [:]
    /// In the order of the files.
    private(set) var problems: [Problem] = []
    private var claims = ClaimIndex()
    /// Where each resource was first defined.
    private var places: [String: String] = [:]

    /// The namespace of a resource that names none, as with kubectl.
    private static let defaultNamespace = "default"

    /// The files, with what tells one state of them from another; nil when the directory can't be read.
    static func fingerprints(in directory: String) -> [String: FileFingerprint]? {
        guard let names = try? FileManager.default.contentsOfDirectory(atPath: directory) else { return nil }
        let paths = names.filter { $0.hasSuffix(".yaml") || $0.hasSuffix(".yml") }.map { "\(directory)/\($0)" }
        return Dictionary(
            uniqueKeysWithValues: paths.compactMap { path in FileFingerprint(path: path).map { (path, $0) } }
        )
    }

    /// Reads the files. One that is bad does not stop the others, nor a bad resource those beside it.
    init(paths: some Sequence<String>, instances: RuleContext.Instances) {
        for path in paths.sorted() { read(path, instances) }
    }

    /// Lets a file that has become bad serve on with what it said before: an editor's slip must not close ports.
    mutating func inherit(from earlier: ResourceFiles) {
        for (path, content) in contents where content.hasErrors {
            let services = Set(content.routes.map(Self.service(of:)))
            let kept = earlier.contents[path]?.routes.filter { !services.contains(Self.service(of: $0)) }
            contents[path]?.routes += kept ?? []
        }
    }

    /// Keeps what a file that is being written said before: half of it is not what somebody wanted to say.
    mutating func keep(_ path: String, from earlier: ResourceFiles) {
        contents[path] = earlier.contents[path]
    }

    /// What can be served, sorted, no Service twice.
    var routes: [Route] {
        var services: Set<String> = []
        return contents.sorted { $0.key < $1.key }.flatMap(\.value.routes)
            .filter { services.insert(Self.service(of: $0)).inserted }
            .sorted()
    }

    private static func service(of route: Route) -> String { "\(route.namespace)/\(route.serviceName)" }

    private mutating func read(_ path: String, _ instances: RuleContext.Instances) {
        contents[path] = Content()
        guard let octets = FileManager.default.contents(atPath: path) else {
            return report(Problem(place: path, text: "can't be read", isError: true), in: path)
        }
        do {
            let documents = try YAML.documents(in: Array(octets), file: path)
            for document in documents { check(ObjectDocument(document), in: path, instances) }
            if documents.isEmpty {
                // A shell empties the file first that it redirects to. That must not close ports.
                let text = "holds no resource; what it held before is served until the file is removed"
                report(Problem(place: path, text: text, isError: false), in: path)
                contents[path]?.hasErrors = true
            }
        } catch {
            report(Problem(place: "\(path):\(error.position)", text: error.message, isError: true), in: path)
        }
    }

    private mutating func check(_ document: ObjectDocument, in path: String, _ instances: RuleContext.Instances) {
        let context = RuleContext(instances: instances, claims: claims)
        let result = DestinationRules.check(document.value, context: context)
        for finding in result.findings {
            let position = finding.position(in: document.positions).map { ":\($0)" } ?? ""
            report(
                Problem(
                    place: path + position,
                    text: "\(finding.code): \(finding.message); \(finding.mend)",
                    isError: finding.severity == .error
                ),
                in: path
            )
        }
        let found = result.servable?.routes(
            defaultInstance: instances.defaultName,
            defaultNamespace: Self.defaultNamespace
        )
        guard let found, let first = found.first else { return claims.insert(document.value) }
        // To an API server the second would be an update of the first; here both are served at once.
        let name = "\(first.namespace)/\(first.resource)"
        if let other = places[name] {
            let text = "Destination \(name) is defined in \(other) already; remove one of the two"
            return report(Problem(place: path, text: text, isError: true), in: path)
        }
        claims.insert(document.value)
        places[name] = path
        contents[path]?.routes += found
    }

    private mutating func report(_ problem: Problem, in path: String) {
        problems.append(problem)
        if problem.isError { contents[path]?.hasErrors = true }
    }
}
