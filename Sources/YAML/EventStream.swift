private import CYAML

/// libyaml's events, one at a time, copied into Swift values.
///
/// It owns the C parser and the octets that the parser reads; both live until it goes.
struct EventStream: ~Copyable {
    /// One event of libyaml's, as far as the composer needs it.
    struct Event {
        enum Kind {
            case documentStart
            case streamEnd
            case alias(anchor: String)
            case scalar(text: String, isPlain: Bool)
            case sequenceStart
            case sequenceEnd
            case mappingStart
            case mappingEnd
            /// Stream start and document end, which say nothing new.
            case other
        }

        let kind: Kind
        let anchor: String?
        let tag: String?
        let position: SourcePosition
    }

    /// What libyaml says is wrong, in its words, and where.
    struct Failure: Error {
        let problem: String
        let position: SourcePosition
        /// Where the thing began that is not finished.
        let contextPosition: SourcePosition
        /// Whether libyaml could not read the characters, rather than make sense of them.
        let isEncoding: Bool
        /// How far it got, in octets; only for encoding faults.
        let offset: Int
    }

    // The parser keeps pointers to itself and to its input, so both need addresses that stay.
    private let parser: UnsafeMutablePointer<yaml_parser_t>
    private let input: UnsafeMutableBufferPointer<UInt8>

    /// - Returns: `nil` where memory is exhausted.
    init?(_ octets: [UInt8]) {
        parser = .allocate(capacity: 1)
        parser.initialize(to: yaml_parser_t())
        input = .allocate(capacity: octets.count)
        _ = input.initialize(from: octets)
        guard yaml_parser_initialize(parser) == 1 else { return nil }
        yaml_parser_set_encoding(parser, YAML_UTF8_ENCODING)
        yaml_parser_set_input_string(parser, input.baseAddress, input.count)
    }

    deinit {
        // Deleting is allowed after a failed initialisation: the parser is zeroed then.
        yaml_parser_delete(parser)
        parser.deallocate()
        input.deallocate()
    }

    /// The next event. After `streamEnd` or a failure there is none.
    mutating func next() throws(Failure) -> Event {
        var event = yaml_event_t()
        guard yaml_parser_parse(parser, &event) == 1 else { throw failure() }
        defer { yaml_event_delete(&event) }
        return Self.event(event)
    }

    private static func event(_ event: yaml_event_t) -> Event {
        var anchor: String?
        var tag: String?
        let kind: Event.Kind
        switch event.type {
        case YAML_DOCUMENT_START_EVENT:
            kind = .documentStart
        case YAML_STREAM_END_EVENT:
            kind = .streamEnd
        case YAML_ALIAS_EVENT:
            kind = .alias(anchor: text(event.data.alias.anchor) ?? "")
        case YAML_SCALAR_EVENT:
            let scalar = event.data.scalar
            anchor = text(scalar.anchor)
            tag = text(scalar.tag)
            let octets = UnsafeBufferPointer(start: scalar.value, count: scalar.length)
            kind = .scalar(
                text: String(decoding: octets, as: UTF8.self),
                isPlain: scalar.style == YAML_PLAIN_SCALAR_STYLE
            )
        case YAML_SEQUENCE_START_EVENT:
            kind = .sequenceStart
            anchor = text(event.data.sequence_start.anchor)
        case YAML_SEQUENCE_END_EVENT:
            kind = .sequenceEnd
        case YAML_MAPPING_START_EVENT:
            kind = .mappingStart
            anchor = text(event.data.mapping_start.anchor)
        case YAML_MAPPING_END_EVENT:
            kind = .mappingEnd
        default:
            kind = .other
        }
        return Event(kind: kind, anchor: anchor, tag: tag, position: position(event.start_mark))
    }

    private func failure() -> Failure {
        let isEncoding = parser.pointee.error == YAML_READER_ERROR
        return Failure(
            problem: parser.pointee.problem.map { String(cString: $0) } ?? "out of memory",
            position: Self.position(parser.pointee.problem_mark),
            contextPosition: Self.position(parser.pointee.context_mark),
            isEncoding: isEncoding,
            offset: isEncoding ? Int(clamping: parser.pointee.problem_offset) : 0
        )
    }

    private static func text(_ pointer: UnsafeMutablePointer<yaml_char_t>?) -> String? {
        pointer.map { String(cString: $0) }
    }

    private static func position(_ mark: yaml_mark_t) -> SourcePosition {
        SourcePosition(line: Int(clamping: mark.line) + 1, column: Int(clamping: mark.column) + 1)
    }
}
