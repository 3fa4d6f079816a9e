public import YAML

extension ObjectDocument {
    /// What Kubernetes would make of a YAML document, with the places of its fields.
    public init(_ node: YAMLNode) {
        var positions = SourceMap()
        let value = Self.value(node, at: .root, key: nil, &positions)
        self.init(value, positions: positions)
    }

    private static func value(
        _ node: YAMLNode,
        at path: FieldPath,
        key: SourcePosition?,
        _ positions: inout SourceMap
    ) -> ObjectValue {
        positions.record(path, key: key, value: node.position)
        switch node.value {
        case .scalar(let scalar):
            return ObjectValue(scalar.resolved)
        case .sequence(let items):
            return .array(
                items.enumerated().map { value($0.element, at: path.item($0.offset), key: nil, &positions) }
            )
        case .mapping(let entries):
            var members: [String: ObjectValue] = [:]
            for entry in entries {
                members[entry.key] = value(
                    entry.value,
                    at: path.member(entry.key),
                    key: entry.keyPosition,
                    &positions
                )
            }
            return .object(members)
        }
    }
}

extension ObjectValue {
    fileprivate init(_ scalar: YAMLScalar.Resolved) {
        switch scalar {
        case .null: self = .null
        case .bool(let bool): self = .bool(bool)
        case .integer(let integer): self = .integer(integer)
        case .double(let double): self = .double(double)
        case .string(let text): self = .string(text)
        }
    }
}
