/// Builds nodes of events: resolves scalars and aliases, merges merge keys, and minds the limits.
struct Composer: ~Copyable {
    private struct Anchor {
        let node: YAMLNode
        /// How many nodes it is, aliases filled in.
        let size: Int
        /// How many levels of lists and mappings it is.
        let height: Int
    }

    private var events: EventStream
    private let source: SourceText
    private let limits: YAML.Limits
    private var anchors: [String: Anchor] = [:]
    private var openAnchors: Set<String> = []
    private var count = 0

    init(_ events: consuming EventStream, source: SourceText, limits: YAML.Limits) {
        self.events = events
        self.source = source
        self.limits = limits
    }

    /// All documents of the stream.
    mutating func documents() throws(YAMLError) -> [YAMLNode] {
        var documents: [YAMLNode] = []
        while true {
            switch try next().kind {
            case .streamEnd:
                return documents
            case .documentStart:
                // Anchors end with their document.
                anchors = [:]
                let document = try node(try next(), depth: 0).node
                if !document.isEmpty { documents.append(document) }
            case .alias, .scalar, .sequenceStart, .sequenceEnd, .mappingStart, .mappingEnd, .other:
                continue
            }
        }
    }

    private mutating func next() throws(YAMLError) -> EventStream.Event {
        do {
            return try events.next()
        } catch {
            throw source.error(for: error)
        }
    }
}

extension Composer {
    private mutating func node(
        _ event: EventStream.Event,
        depth: Int
    ) throws(YAMLError) -> (node: YAMLNode, height: Int) {
        let before = count
        try add(1, at: event.position)
        let node: YAMLNode
        let height: Int
        if let anchor = event.anchor { openAnchors.insert(anchor) }
        switch event.kind {
        case .alias(let anchor):
            return try alias(anchor, at: event.position, depth: depth)
        case .scalar(let text, let isPlain):
            node = YAMLNode(value: .scalar(try scalar(text, isPlain: isPlain, event)), position: event.position)
            height = 0
        case .sequenceStart:
            (node, height) = try sequence(event, depth: depth)
        case .mappingStart:
            (node, height) = try mapping(event, depth: depth)
        case .documentStart, .streamEnd, .sequenceEnd, .mappingEnd, .other:
            throw source.error(.syntax, "expected a value here", at: event.position)
        }
        if let anchor = event.anchor {
            openAnchors.remove(anchor)
            anchors[anchor] = Anchor(node: node, size: count - before, height: height)
        }
        return (node, height)
    }

    private mutating func sequence(
        _ start: EventStream.Event,
        depth: Int
    ) throws(YAMLError) -> (YAMLNode, height: Int) {
        try checkDepth(depth + 1, at: start.position)
        var items: [YAMLNode] = []
        var height = 0
        while true {
            let event = try next()
            if case .sequenceEnd = event.kind {
                return (YAMLNode(value: .sequence(items), position: start.position), height + 1)
            }
            let item = try node(event, depth: depth + 1)
            height = max(height, item.height)
            items.append(item.node)
        }
    }

    private mutating func mapping(
        _ start: EventStream.Event,
        depth: Int
    ) throws(YAMLError) -> (YAMLNode, height: Int) {
        try checkDepth(depth + 1, at: start.position)
        var mapping = MappingBuilder(source: source)
        var height = 0
        while true {
            let event = try next()
            if case .mappingEnd = event.kind {
                return (YAMLNode(value: .mapping(mapping.entries), position: start.position), height + 1)
            }
            let key = try node(event, depth: depth + 1).node
            let value = try node(try next(), depth: depth + 1)
            height = max(height, value.height)
            if case .scalar("<<", isPlain: true) = event.kind, event.tag == nil {
                try mapping.merge(value.node, keyPosition: event.position)
            } else {
                try mapping.add(key, value.node)
            }
        }
    }

    private mutating func alias(
        _ name: String,
        at position: SourcePosition,
        depth: Int
    ) throws(YAMLError) -> (YAMLNode, height: Int) {
        guard !openAnchors.contains(name) else {
            throw source.error(.alias, "the alias *\(name.prefix(80)) stands inside what it repeats", at: position)
        }
        guard let anchor = anchors[name] else {
            throw source.error(
                .alias,
                "no anchor &\(name.prefix(80)) stands above this alias; quote a text that begins with *",
                at: position
            )
        }
        try add(anchor.size - 1, at: position)
        try checkDepth(depth + anchor.height, at: position)
        return (YAMLNode(value: anchor.node.value, position: position), anchor.height)
    }

    private func scalar(
        _ text: String,
        isPlain: Bool,
        _ event: EventStream.Event
    ) throws(YAMLError) -> YAMLScalar {
        do {
            return YAMLScalar(
                text: text,
                resolved: try ScalarResolver.resolve(text, isPlain: isPlain, tag: event.tag)
            )
        } catch {
            switch error {
            case .notFinite:
                throw source.error(.number, "JSON has no such number; quote it if a text is meant", at: event.position)
            case .tagMismatch:
                throw source.error(.tag, "the value doesn't fit its tag; remove the tag", at: event.position)
            case .binary:
                throw source.error(
                    .tag,
                    "!!binary is not supported; write the base64 text without it",
                    at: event.position
                )
            }
        }
    }

    private mutating func add(_ nodes: Int, at position: SourcePosition) throws(YAMLError) {
        // Both are at most the limit, so the sum can't overflow.
        count += nodes
        guard count <= limits.maximumNodes else {
            throw source.error(
                .size,
                "there are more than \(limits.maximumNodes) values, those counted again that aliases repeat",
                at: position
            )
        }
    }

    private func checkDepth(_ depth: Int, at position: SourcePosition) throws(YAMLError) {
        guard depth <= limits.maximumDepth else {
            throw source.error(.depth, "nested more than \(limits.maximumDepth) deep", at: position)
        }
    }
}
