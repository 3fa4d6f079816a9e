internal import DestinationModel
import ObjectModel

/// The fields that a Destination has, and their types.
indirect enum Schema: Sendable {
    case any
    case string
    case boolean
    case object([String: Schema])
    case map(Schema)

    /// The type's name in messages; `nil` where every type will do.
    var typeName: String? {
        switch self {
        case .any: nil
        case .string: "string"
        case .boolean: "boolean"
        case .object, .map: "object"
        }
    }

    /// Whether a value has the type, whatever its members have.
    func accepts(_ value: ObjectValue) -> Bool {
        switch (self, value) {
        // null is as good as absent.
        case (_, .null), (.any, _), (.string, .string), (.boolean, .bool), (.object, .object), (.map, .object): true
        case (.string, _), (.boolean, _), (.object, _), (.map, _): false
        }
    }
}

extension Schema {
    // Rules of their own look at apiVersion, kind and port, and say more than a type could.
    static let destination = Schema.object([
        "apiVersion": .any,
        "kind": .any,
        "metadata": .object(metadata),
        "spec": .object(spec),
        "status": .any,
    ])

    static let metadata: [String: Schema] = [
        "name": .string, "generateName": .string, "namespace": .string, "uid": .string, "annotations": .map(.string),
        "labels": .map(.string), "resourceVersion": .any, "generation": .any, "creationTimestamp": .any,
        "deletionTimestamp": .any, "deletionGracePeriodSeconds": .any, "ownerReferences": .any, "finalizers": .any,
        "managedFields": .any, "selfLink": .any,
    ]

    static let spec: [String: Schema] = [
        "destinationRef": .object(["name": .string, "level": .string]),
        "fragmentRef": .object(["name": .string, "level": .string, "optional": .boolean]),
        "destinationServiceInstanceName": .string,
        "service": .object(["port": .any]),
        "accessControl": .object(["scope": .string]),
        "chainRef": .map(.any),
    ]
}

extension Schema {
    /// A place where an object and the schema part.
    struct Deviation {
        enum Kind {
            case wrongType(expected: String)
            /// The names that there are in its place.
            case unknownField(siblings: [String])

            var isWrongType: Bool {
                switch self {
                case .wrongType: true
                case .unknownField: false
                }
            }

            var isUnknownField: Bool { !isWrongType }
        }

        let path: FieldPath
        let value: ObjectValue
        let kind: Kind
    }

    /// The deviations of the kinds that `isWanted` takes, in the order of their names, at most `limit`.
    func deviations(
        of value: ObjectValue,
        atMost limit: Int = DestinationLimits.findings,
        where isWanted: (Deviation.Kind) -> Bool
    ) -> [Deviation] {
        var found: [Deviation] = []
        collect(from: value, at: .root, into: &found, atMost: limit, where: isWanted)
        return found
    }

    private func collect(
        from value: ObjectValue,
        at path: FieldPath,
        into found: inout [Deviation],
        atMost limit: Int,
        where isWanted: (Deviation.Kind) -> Bool
    ) {
        func note(_ kind: Deviation.Kind, _ path: FieldPath, _ value: ObjectValue) {
            if found.count < limit, isWanted(kind) { found.append(Deviation(path: path, value: value, kind: kind)) }
        }
        guard found.count < limit else { return }
        guard accepts(value) else { return note(.wrongType(expected: typeName ?? "any"), path, value) }
        guard let fields, let members = value.objectValue?.sorted(by: { $0.key < $1.key }) else { return }
        for (name, member) in members {
            guard found.count < limit else { return }
            if let field = fields(name) {
                field.collect(from: member, at: path.member(name), into: &found, atMost: limit, where: isWanted)
            } else {
                note(.unknownField(siblings: siblings), path.member(name), member)
            }
        }
    }

    /// The schema of a member by its name; `nil` where the members have none.
    private var fields: ((String) -> Schema?)? {
        switch self {
        case .any, .string, .boolean: nil
        case .map(let schema): { _ in schema }
        case .object(let fields): { fields[$0] }
        }
    }

    private var siblings: [String] {
        switch self {
        case .any, .string, .boolean, .map: []
        case .object(let fields): fields.keys.sorted()
        }
    }
}
