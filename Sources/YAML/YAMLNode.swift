/// A value of a YAML text, and where it stands.
public struct YAMLNode: Hashable, Sendable {
    /// What the node holds.
    public enum Value: Hashable, Sendable {
        /// A text, number, boolean or null.
        case scalar(YAMLScalar)
        /// A list.
        case sequence([YAMLNode])
        /// Keys and values in the order of the text, merge keys already merged. No key occurs twice.
        case mapping([Entry])
    }

    /// A key and its value.
    public struct Entry: Hashable, Sendable {
        /// The key, as JSON would have it: numbers and booleans as text.
        public let key: String
        /// Where the key begins.
        public let keyPosition: SourcePosition
        /// The value.
        public let value: YAMLNode
    }

    /// What the node holds.
    public let value: Value
    /// Where it begins; for an alias, where the alias stands.
    public let position: SourcePosition
}

extension YAMLNode {
    /// The value of a key; `nil` where there is none, or this is no mapping.
    public subscript(key: String) -> YAMLNode? {
        guard case .mapping(let entries) = value else { return nil }
        return entries.first { $0.key == key }?.value
    }

    /// The scalar, where this is one.
    public var scalar: YAMLScalar? {
        guard case .scalar(let scalar) = value else { return nil }
        return scalar
    }

    /// Whether this is what an empty document holds.
    var isEmpty: Bool {
        scalar.map { $0.text.isEmpty && $0.resolved == .null } ?? false
    }
}
