import DestinationModel
import ObjectModel
import TestSupport
import Testing

@testable import DestinationRules

@Suite("The rules and the schema of the CustomResourceDefinition")
struct ResourceDefinitionTests {
    private let schema: ObjectValue
    private let definition: ObjectValue

    init() throws {
        definition = try Samples.document(try Repository.text("manifests/crd.yaml")).value
        let version = try #require(definition["spec"]?["versions"]?.arrayValue?.first)
        schema = try #require(version["schema"]?["openAPIV3Schema"])
    }

    @Test("They speak of the same resource")
    func names() throws {
        let spec = try #require(definition["spec"])
        #expect(spec["group"] == .string(DestinationResource.group))
        #expect(spec["names"]?["kind"] == .string(DestinationResource.kind))
        #expect(spec["versions"]?.arrayValue?.map { $0["name"] } == [.string(DestinationResource.version)])
        #expect(definition["metadata"]?["name"] == .string("destinations.\(DestinationResource.group)"))
        #expect(schema["description"]?.stringValue?.contains(DestinationResource.tenantsAnnotation) == true)
    }

    @Test("They know the same fields of the same types")
    func fields() throws {
        try compare(.object(Schema.spec), try #require(schema["properties"]?["spec"]), at: "spec")
    }

    private func compare(_ ours: Schema, _ theirs: ObjectValue, at path: String) throws {
        #expect(theirs["description"]?.stringValue?.isEmpty == false, "\(path) is not explained")
        switch ours {
        case .any:
            break
        case .string, .boolean, .map:
            #expect(theirs["type"]?.stringValue == ours.typeName, "\(path)")
        case .object(let fields):
            #expect(theirs["type"] == .string("object"), "\(path)")
            let properties = try #require(theirs["properties"]?.objectValue, "\(path)")
            #expect(properties.keys.sorted() == fields.keys.sorted(), "\(path)")
            for (name, field) in fields {
                try compare(field, try #require(properties[name]), at: "\(path).\(name)")
            }
        }
    }

    @Test("Every field of the status is explained too")
    func status() throws {
        func explained(_ schema: ObjectValue, _ path: String) {
            #expect(schema["description"]?.stringValue?.isEmpty == false, "\(path) is not explained")
            for (name, member) in schema["properties"]?.objectValue ?? [:] { explained(member, "\(path).\(name)") }
            if let items = schema["items"] { explained(items, "\(path)[]") }
        }
        explained(try #require(schema["properties"]?["status"]), "status")
    }

    @Test("They draw the same lines: every bound, choice, type and required field")
    func bounds() throws {
        let valid = try Samples.destination(
            spec: "fragmentRef: {name: f}\n  service: {port: 465}\n  accessControl: {scope: namespaced}"
        )
        let trials = Trial.all(of: try #require(schema["properties"]?["spec"]), at: ["spec"])
        #expect(trials.count > 50)
        for trial in trials {
            let report = DestinationRules.check(valid.setting(trial.path, to: trial.value))
            let refused = report.findings.filter { $0.severity == .error }.map(\.path.description)
            let expected = trial.isValid ? [] : [trial.path.joined(separator: ".")]
            #expect(refused == expected, "\(trial)")
        }
    }

    @Test("The status has room for as many tenants as there may be, and for the choices that there are")
    func room() throws {
        let status = try #require(schema["properties"]?["status"]?["properties"])
        #expect(status["tenants"]?["maxItems"] == .integer(DestinationLimits.tenants))
        #expect(status["scope"]?["enum"] == .array(AccessScope.allCases.map { .string($0.rawValue) }))
    }

    @Test("Expressions say what the rules say")
    func expressions() throws {
        let name = schema["properties"]?["metadata"]?["properties"]?["name"]
        for (place, text) in [
            (schema, "apiVersion: \(DestinationResource.apiVersion)\nkind: Destination\nmetadata: {name: mail}"),
            (name, "\(Self.head)metadata: {name: mail.europe}\nspec: {destinationRef: {name: d}}"),
            (name, "\(Self.head)metadata: {name: 1mail}\nspec: {destinationRef: {name: d}}"),
            (
                name,
                "\(Self.head)metadata: {name: \(String(repeating: "m", count: 64))}\nspec: {destinationRef: {name: d}}"
            ),
        ] {
            let finding = try #require(DestinationRules.check(try Samples.document(text).value).findings.first)
            // What stands before the mend, without the value and without what only we can count.
            let sentence = try #require(
                finding.error.detail.split(separator: ": ").last?.split(separator: ", but").first
            )
            let messages =
                place?["x-kubernetes-validations"]?.arrayValue?.compactMap { $0["message"]?.stringValue } ?? []
            #expect(messages.contains { $0.hasPrefix(sentence) }, "\(sentence) is none of \(messages)")
        }
    }

    private static let head = "apiVersion: \(DestinationResource.apiVersion)\nkind: Destination\n"
}

/// A value for a field, and whether the schema allows it.
private struct Trial {
    let path: [String]
    let value: ObjectValue?
    let isValid: Bool

    /// What to try with a field and those below it.
    static func all(of schema: ObjectValue, at path: [String]) -> [Trial] {
        let required = schema["required"]?.arrayValue?.compactMap(\.stringValue) ?? []
        let missing = required.map { Trial(path: path + [$0], value: nil, isValid: false) }
        let below = (schema["properties"]?.objectValue ?? [:]).sorted { $0.key < $1.key }
            .flatMap { all(of: $0.value, at: path + [$0.key]) }
        let values: [(ObjectValue, Bool)]
        switch schema["type"]?.stringValue {
        case "string": values = strings(schema)
        case "integer": values = integers(schema)
        case "boolean": values = [(.bool(true), true), (.bool(false), true), (.string("true"), false)]
        default: values = [(.string("x"), false), (.array([]), false), (.bool(true), false)]
        }
        return values.map { Trial(path: path, value: $0.0, isValid: $0.1) } + missing + below
    }

    private static func strings(_ schema: ObjectValue) -> [(ObjectValue, Bool)] {
        var values: [(ObjectValue, Bool)] = [(.integer(5), false), (.object([:]), false), (.bool(true), false)]
        if let choices = schema["enum"]?.arrayValue {
            return values + choices.map { ($0, true) } + [(.string("other"), false), (.string(""), false)]
        }
        let minimum = schema["minLength"]?.integerValue ?? 0
        for length in [0, minimum] { values.append((text(length), length >= minimum)) }
        if let maximum = schema["maxLength"]?.integerValue {
            values += [(text(maximum), true), (text(maximum + 1), false)]
        }
        return values
    }

    /// Of letters that take two octets, so that characters are counted, not octets.
    private static func text(_ length: Int) -> ObjectValue {
        .string(String(repeating: "ä", count: length))
    }

    private static func integers(_ schema: ObjectValue) -> [(ObjectValue, Bool)] {
        var values: [(ObjectValue, Bool)] = [(.string("465"), false), (.double(46.5), false), (.bool(true), false)]
        if let minimum = schema["minimum"]?.integerValue {
            values += [(.integer(minimum), true), (.integer(minimum - 1), false)]
        }
        if let maximum = schema["maximum"]?.integerValue {
            values += [(.integer(maximum), true), (.integer(maximum + 1), false)]
        }
        return values
    }
}

extension ObjectValue {
    fileprivate var integerValue: Int? {
        if case .integer(let integer) = self { integer } else { nil }
    }
}
