/// Collects the entries of one mapping, and refuses keys that occur twice.
struct MappingBuilder {
    private(set) var entries: [YAMLNode.Entry] = []
    private var written: [String: SourcePosition] = [:]
    private var merged: [String: Int] = [:]
    private var hasMerged = false
    private let source: SourceText

    init(source: SourceText) {
        self.source = source
    }

    mutating func add(_ keyNode: YAMLNode, _ value: YAMLNode) throws(YAMLError) {
        let key = try text(of: keyNode)
        let entry = YAMLNode.Entry(key: key, keyPosition: keyNode.position, value: value)
        if let first = written[key] {
            throw source.error(
                .duplicateKey,
                "this key stands here twice, first in line \(first.line); remove one of them",
                at: keyNode.position
            )
        }
        written[key] = keyNode.position
        if let index = merged[key] {
            entries[index] = entry
        } else {
            entries.append(entry)
        }
    }

    /// Takes over the entries of a mapping, or of a list of mappings of which the earlier ones win.
    mutating func merge(_ value: YAMLNode, keyPosition: SourcePosition) throws(YAMLError) {
        guard !hasMerged else {
            throw source.error(.merge, "<< stands here twice; write <<: [*first, *second]", at: keyPosition)
        }
        hasMerged = true
        switch value.value {
        case .mapping(let entries):
            try merge(entries, keyPosition: keyPosition)
        case .sequence(let items):
            for item in items {
                guard case .mapping(let entries) = item.value else { throw notMergeable(item.position) }
                try merge(entries, keyPosition: keyPosition)
            }
        case .scalar:
            throw notMergeable(value.position)
        }
    }

    private mutating func merge(_ added: [YAMLNode.Entry], keyPosition: SourcePosition) throws(YAMLError) {
        for entry in added where merged[entry.key] == nil {
            // YAML lets the written key win wherever it stands; Kubernetes' reader lets the later one win.
            guard written[entry.key] == nil else {
                throw source.error(
                    .merge,
                    "<< would set a key that stands above it, and readers disagree which one wins; put << first",
                    at: keyPosition
                )
            }
            merged[entry.key] = entries.count
            entries.append(entry)
        }
    }

    private func notMergeable(_ position: SourcePosition) -> YAMLError {
        source.error(
            .merge,
            "<< takes a mapping or a list of mappings; quote it if the key itself is meant",
            at: position
        )
    }

    /// A key as JSON has it.
    private func text(of key: YAMLNode) throws(YAMLError) -> String {
        guard case .scalar(let scalar) = key.value else {
            throw source.error(
                .key,
                "a list or mapping can't be a key; quote a text that begins with [ or {",
                at: key.position
            )
        }
        switch scalar.resolved {
        case .string(let text): return text
        case .bool(let bool): return String(bool)
        case .integer(let integer): return String(integer)
        case .double(let double): return String(double)
        case .null: throw source.error(.key, "null can't be a key; quote it if a text is meant", at: key.position)
        }
    }
}
