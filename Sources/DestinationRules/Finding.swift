import DestinationModel
public import ObjectModel
public import YAML

/// Something that a rule found in an object.
public struct Finding: Hashable, Sendable {
    /// How much it matters.
    public enum Severity: String, Hashable, Sendable {
        /// The object must not be stored; what ``blocks`` names can't be served.
        case error
        /// It may be stored, but probably doesn't work as meant.
        case warning
    }

    /// What can't be served because of a finding.
    public enum Blocks: Hashable, Sendable {
        /// Everything goes on.
        case nothing
        /// What stands among the tenants and can't be taken for one; those that can go on.
        case someOfTheList
        /// This tenant; the others go on.
        case tenant(String)
        /// The whole resource.
        case resource
    }

    /// The rule.
    public let code: RuleCode
    /// How much it matters.
    public var severity: Severity
    /// The kind of fault and the sentence about it, as the API machinery words them.
    public let error: FieldError
    /// The field.
    public let path: FieldPath
    /// How to mend it: a sentence without a full stop, with the text to write where that is known.
    public let mend: String
    /// What can't be served because of it.
    public let blocks: Blocks

    /// `spec.service.port: Invalid value: 70000: must be between 1 and 65535, inclusive`
    public var message: String {
        path == .root ? error.detail : "\(path): \(error.detail)"
    }
}

extension Finding: CustomStringConvertible {
    /// One line for logs and terminals.
    public var description: String {
        "\(code) \(severity.rawValue): \(message); \(mend)"
    }
}

extension Finding {
    /// Where in the text the finding points: at the key for a key that is unknown, else at the value, else at the
    /// nearest parent.
    ///
    /// - Parameter root: Where in the text the object stands.
    public func position(in positions: SourceMap, below root: FieldPath = .root) -> SourcePosition? {
        let path = FieldPath(root.elements + path.elements)
        let key = code == .unknownField || code == .unknownAnnotation ? positions.key(at: path) : nil
        return key ?? positions.nearest(to: path)
    }
}
