internal import DestinationModel
import ObjectModel

/// A fault of one field, worded as Kubernetes' API machinery words it.
public struct FieldError: Hashable, Sendable {
    /// The reasons of the API machinery, which stand in the causes of a refusal.
    public enum Reason: String, Hashable, Sendable {
        case required = "FieldValueRequired"
        case invalid = "FieldValueInvalid"
        case typeInvalid = "FieldValueTypeInvalid"
        case notSupported = "FieldValueNotSupported"
        case duplicate = "FieldValueDuplicate"
        case tooLong = "FieldValueTooLong"
        case tooMany = "FieldValueTooMany"
        case forbidden = "FieldValueForbidden"
    }

    /// The kind of fault.
    public let reason: Reason
    /// The sentence without the field's path, such as `Invalid value: 70000: must be between 1 and 65535, inclusive`.
    public let detail: String

    /// A field that must be there.
    static func required(_ explanation: String) -> FieldError {
        FieldError(reason: .required, detail: "Required value: \(explanation)")
    }

    /// A value that makes no sense.
    static func invalid(_ value: ObjectValue, _ explanation: String) -> FieldError {
        FieldError(reason: .invalid, detail: "Invalid value: \(value.shown): \(explanation)")
    }

    /// A value of the wrong type.
    static func type(_ value: ObjectValue, expected: String) -> FieldError {
        FieldError(
            reason: .typeInvalid,
            detail: "Invalid value: \(value.shown): must be of type \(expected), not \(value.kindName)"
        )
    }

    /// A value that is none of those there are.
    static func unsupported(_ value: ObjectValue, supported: [String]) -> FieldError {
        let list = supported.map { "\"\($0)\"" }.joined(separator: ", ")
        return FieldError(reason: .notSupported, detail: "Unsupported value: \(value.shown): supported values: \(list)")
    }

    /// A value that stands twice.
    static func duplicate(_ value: ObjectValue) -> FieldError {
        FieldError(reason: .duplicate, detail: "Duplicate value: \(value.shown)")
    }

    /// A text that is too long.
    static func tooLong(maximum: Int) -> FieldError {
        FieldError(reason: .tooLong, detail: "Too long: may not be more than \(maximum) characters")
    }

    /// A text that has too many bytes.
    static func tooLong(maximumBytes: Int) -> FieldError {
        FieldError(reason: .tooLong, detail: "Too long: may not be more than \(maximumBytes) bytes")
    }

    /// A list that is too long; how long isn't known, for nothing is read behind its last permitted item.
    static func tooMany(maximum: Int) -> FieldError {
        FieldError(reason: .tooMany, detail: "Too many: must have at most \(maximum) items")
    }

    /// A value that has no place there.
    static func forbidden(_ explanation: String) -> FieldError {
        FieldError(reason: .forbidden, detail: "Forbidden: \(explanation)")
    }

    /// What a warning says, which is no fault in the API machinery's eyes.
    static func note(_ explanation: String) -> FieldError {
        FieldError(reason: .invalid, detail: explanation)
    }
}

extension ObjectValue {
    /// The value as messages show it, in JSON's form, texts cut where they are long.
    var shown: String {
        switch self {
        case .null: "null"
        case .bool(let bool): String(bool)
        case .integer(let integer): String(integer)
        case .double(let double): String(double)
        case .string(let text): "\(Quoted(text))"
        case .array: "[…]"
        case .object: "{…}"
        }
    }
}
