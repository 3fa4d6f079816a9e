/// A value as JSON and YAML know it, before anyone has looked whether it makes sense.
///
/// Rules read this rather than typed structs, so that a wrong type is a finding and not a decoding failure, and so
/// that files, admission requests and API objects meet the same rules.
public enum ObjectValue: Hashable, Sendable {
    case null
    case bool(Bool)
    case integer(Int)
    case double(Double)
    case string(String)
    case array([ObjectValue])
    case object([String: ObjectValue])
}

extension ObjectValue {
    /// The member of an object; `nil` where there is none, or where this is no object.
    public subscript(name: String) -> ObjectValue? {
        guard case .object(let members) = self else { return nil }
        return members[name]
    }

    /// The value at a path, or `nil` where the path leads nowhere.
    public subscript(path: FieldPath) -> ObjectValue? {
        var value = self
        for element in path.elements {
            switch (element, value) {
            case (.name(let name), .object(let members)):
                guard let member = members[name] else { return nil }
                value = member
            case (.index(let index), .array(let items)):
                guard items.indices.contains(index) else { return nil }
                value = items[index]
            case (.name, _), (.index, _):
                return nil
            }
        }
        return value
    }

    /// The number, where this is a whole one.
    public var integerValue: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }

    /// The text, where this is one.
    public var stringValue: String? {
        guard case .string(let text) = self else { return nil }
        return text
    }

    /// The members, where this is an object.
    public var objectValue: [String: ObjectValue]? {
        guard case .object(let members) = self else { return nil }
        return members
    }

    /// The items, where this is an array.
    public var arrayValue: [ObjectValue]? {
        guard case .array(let items) = self else { return nil }
        return items
    }

    /// What messages call the kind of value, in JSON's words.
    public var kindName: String {
        switch self {
        case .null: "null"
        case .bool: "boolean"
        case .integer: "integer"
        case .double: "number"
        case .string: "string"
        case .array: "array"
        case .object: "object"
        }
    }
}
