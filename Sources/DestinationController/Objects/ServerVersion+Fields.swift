internal import Kubernetes
internal import ObjectModel

/// Which fields of the objects that the controller makes a server knows.
///
/// A server drops what it doesn't know. Compared with the object as it should be, the stored one would be repaired for
/// ever. All that is compared and written goes through ``known(_:)``.
extension ServerVersion {
    /// Fields that are younger than the oldest server that the controller works with, and the first version that has each.
    static let fields: [(kind: String, path: [String], since: ServerVersion)] = [
        ("Service", ["spec", "ports", "appProtocol"], ServerVersion(1, 19)),
        ("Service", ["spec", "ipFamilyPolicy"], ServerVersion(1, 21)),
    ]

    /// An object without the fields that the server doesn't know.
    func known(_ object: ObjectValue) -> ObjectValue {
        Self.fields.reduce(object) { object, field in
            guard self < field.since, object["kind"]?.stringValue == field.kind else { return object }
            return Self.removing(field.path[...], from: object)
        }
    }

    private static func removing(_ path: ArraySlice<String>, from value: ObjectValue) -> ObjectValue {
        guard let name = path.first else { return value }
        switch value {
        case .array(let items):
            return .array(items.map { removing(path, from: $0) })
        case .object(var members):
            members[name] = path.count == 1 ? nil : members[name].map { removing(path.dropFirst(), from: $0) }
            return .object(members)
        case .null, .bool, .integer, .double, .string:
            return value
        }
    }
}
