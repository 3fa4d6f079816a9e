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
        }

        let path: FieldPath
        let value: ObjectValue
        let kind: Kind
    }

    /// All deviations, in the order of their names.
    func deviations(of value: ObjectValue, at path: FieldPath = .root) -> [Deviation] {
        guard accepts(value) else {
            return [Deviation(path: path, value: value, kind: .wrongType(expected: typeName ?? "any"))]
        }
        guard let members = value.objectValue?.sorted(by: { $0.key < $1.key }) else { return [] }
        switch self {
        case .any, .string, .boolean:
            return []
        case .map(let schema):
            return members.flatMap { schema.deviations(of: $0.value, at: path.member($0.key)) }
        case .object(let fields):
            return members.flatMap { name, member in
                fields[name]?.deviations(of: member, at: path.member(name))
                    ?? [
                        Deviation(
                            path: path.member(name),
                            value: member,
                            kind: .unknownField(siblings: fields.keys.sorted())
                        )
                    ]
            }
        }
    }
}
