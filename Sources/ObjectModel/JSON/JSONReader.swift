internal import YAML

/// A strict reader of JSON (RFC 8259) that knows where everything stands.
///
/// It is written for input from outside: depth, size and the number of values are limited, a member named twice is an
/// error, and no input makes it crash. Numbers that are whole and fit are integers, all others are doubles.
public struct JSONReader: Sendable {
    /// What is allowed, and what is kept.
    public struct Options: Hashable, Sendable {
        /// The most octets of text.
        public var maximumLength = 4 << 20
        /// The deepest nesting of arrays and objects.
        public var maximumDepth = 100
        /// The most values, members and items counted alike.
        public var maximumCount = 200_000
        /// Whether ``ObjectDocument/positions`` is filled in.
        public var keepsPositions = true
        /// Whether `<anything>` outside quotes is read as that text. Samples are pasted with such placeholders left in;
        /// reading on lets the caller name every one of them rather than stop at the first.
        public var acceptsPlaceholders = false

        /// The defaults.
        public init() {}

        /// What to read an answer or a file of a program's with: nobody will be shown where in it something stands.
        public init(maximumLength: Int, maximumDepth: Int = 100, maximumCount: Int) {
            self.maximumLength = maximumLength
            self.maximumDepth = maximumDepth
            self.maximumCount = maximumCount
            keepsPositions = false
        }
    }

    /// Reads a text of one JSON value.
    ///
    /// - Throws: `JSONError` for the first fault.
    public static func document(
        _ text: some Sequence<UInt8>,
        options: Options = Options()
    ) throws(JSONError) -> ObjectDocument {
        var reader = JSONReader(octets: Array(text), options: options)
        return try reader.document()
    }

    /// Reads a text of one JSON value that the caller holds as an array already, without a copy of it.
    ///
    /// - Throws: `JSONError` for the first fault.
    public static func document(_ text: [UInt8], options: Options = Options()) throws(JSONError) -> ObjectDocument {
        var reader = JSONReader(octets: text, options: options)
        return try reader.document()
    }

    /// Reads a text of one JSON value.
    ///
    /// - Throws: `JSONError` for the first fault.
    public static func document(_ text: String, options: Options = Options()) throws(JSONError) -> ObjectDocument {
        try document(text.utf8, options: options)
    }

    /// Reads a text of one JSON array up to its first `limit` items. The text behind them is neither read nor checked.
    ///
    /// - Returns: The value, which is no array if the text holds none, and whether it is all of the text.
    /// - Throws: `JSONError` for the first fault.
    public static func array(
        _ text: String,
        maximumItems limit: Int,
        options: Options = Options()
    ) throws(JSONError) -> (value: ObjectValue, isComplete: Bool) {
        var reader = JSONReader(octets: Array(text.utf8), options: options)
        reader.itemLimit = limit
        let value = try reader.document().value
        return (value, !reader.isTruncated)
    }

    private let octets: [UInt8]
    private let options: Options
    private var offset = 0
    private var line = 1
    private var column = 1
    private var count = 0
    private var positions = SourceMap()
    /// The most items of the outermost array that are read.
    private var itemLimit = Int.max
    private var isTruncated = false

    private init(octets: [UInt8], options: Options) {
        self.octets = octets
        self.options = options
    }
}

extension JSONReader {
    private mutating func document() throws(JSONError) -> ObjectDocument {
        guard octets.count <= options.maximumLength else {
            throw error(.size, "the text is longer than \(options.maximumLength) bytes")
        }
        if octets.starts(with: [0xEF, 0xBB, 0xBF]) {
            offset = 3
        }
        skipSpace()
        let value = try value(at: .root, key: nil, depth: 0)
        if isTruncated { return ObjectDocument(value, positions: positions) }
        skipSpace()
        guard offset == octets.count else {
            throw error(.syntax, "the value ends here, but more text follows")
        }
        return ObjectDocument(value, positions: positions)
    }

    private mutating func value(
        at path: FieldPath,
        key: SourcePosition?,
        depth: Int
    ) throws(JSONError) -> ObjectValue {
        count += 1
        guard count <= options.maximumCount else {
            throw error(.size, "there are more than \(options.maximumCount) values")
        }
        if options.keepsPositions {
            positions.record(path, key: key, value: position)
        }
        guard let first = peek else { throw error(.syntax, "the text ends where a value should be") }
        switch first {
        case UInt8(ascii: "{"):
            return try object(at: path, depth: depth)
        case UInt8(ascii: "["):
            return try array(at: path, depth: depth)
        case UInt8(ascii: "\""):
            return .string(try string())
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"):
            return try number()
        case UInt8(ascii: "t"):
            return try word("true", .bool(true))
        case UInt8(ascii: "f"):
            return try word("false", .bool(false))
        case UInt8(ascii: "n"):
            return try word("null", .null)
        case UInt8(ascii: "<") where options.acceptsPlaceholders:
            return .string(try placeholder())
        default:
            throw error(
                .syntax,
                "expected a value: an object, an array, a text in double quotes, a number, true, false or null"
            )
        }
    }

    private mutating func object(at path: FieldPath, depth: Int) throws(JSONError) -> ObjectValue {
        try checkDepth(depth)
        advance()
        var members: [String: ObjectValue] = [:]
        skipSpace()
        if take("}") { return .object(members) }
        while true {
            let keyPosition = position
            guard peek == UInt8(ascii: "\"") else {
                throw error(.syntax, "expected a member's name in double quotes")
            }
            let name = try string()
            guard members[name] == nil else {
                throw JSONError(
                    code: .duplicateKey,
                    position: keyPosition,
                    message: "the member \(Quoted(name)) stands here twice; remove one"
                )
            }
            skipSpace()
            guard take(":") else { throw error(.syntax, "expected ':' behind a member's name") }
            skipSpace()
            let childPath = options.keepsPositions ? path.member(name) : path
            members[name] = try value(at: childPath, key: keyPosition, depth: depth + 1)
            skipSpace()
            if take("}") { return .object(members) }
            guard take(",") else { throw error(.syntax, "expected ',' or '}' behind a member") }
            skipSpace()
        }
    }

    private mutating func array(at path: FieldPath, depth: Int) throws(JSONError) -> ObjectValue {
        try checkDepth(depth)
        advance()
        var items: [ObjectValue] = []
        skipSpace()
        if take("]") { return .array(items) }
        while true {
            if depth == 0, items.count >= itemLimit {
                isTruncated = true
                return .array(items)
            }
            let childPath = options.keepsPositions ? path.item(items.count) : path
            items.append(try value(at: childPath, key: nil, depth: depth + 1))
            skipSpace()
            if take("]") { return .array(items) }
            guard take(",") else { throw error(.syntax, "expected ',' or ']' behind an item") }
            skipSpace()
        }
    }

    private func checkDepth(_ depth: Int) throws(JSONError) {
        guard depth < options.maximumDepth else {
            throw error(.depth, "arrays and objects are nested more than \(options.maximumDepth) deep")
        }
    }
}

extension JSONReader {
    private mutating func word(_ word: String, _ value: ObjectValue) throws(JSONError) -> ObjectValue {
        guard octets[offset...].starts(with: word.utf8) else {
            throw error(.syntax, "expected \(word)")
        }
        advance(by: word.utf8.count)
        return value
    }

    private mutating func number() throws(JSONError) -> ObjectValue {
        let start = position
        let first = offset
        var isWhole = true
        _ = take("-")
        // No leading zeros: RFC 8259 §6.
        if !take("0") { try digits() }
        if take(".") {
            isWhole = false
            try digits()
        }
        if take("e") || take("E") {
            isWhole = false
            if !take("+") { _ = take("-") }
            try digits()
        }
        let text = String(decoding: octets[first..<offset], as: UTF8.self)
        if isWhole, let integer = Int(text) { return .integer(integer) }
        guard let double = Double(text), double.isFinite else {
            throw JSONError(code: .number, position: start, message: "the number is too large")
        }
        return .double(double)
    }

    private mutating func digits() throws(JSONError) {
        guard let first = peek, isDigit(first) else { throw error(.number, "expected a digit") }
        while let next = peek, isDigit(next) { advance() }
    }

    private func isDigit(_ octet: UInt8) -> Bool {
        (UInt8(ascii: "0")...UInt8(ascii: "9")).contains(octet)
    }

    /// `<user name>` as samples write what is to be filled in.
    private mutating func placeholder() throws(JSONError) -> String {
        let start = position
        let first = offset
        while let next = peek, next != UInt8(ascii: "\n"), next != UInt8(ascii: "\"") {
            advance()
            if next == UInt8(ascii: ">"),
                let text = String(validating: octets[first..<offset], as: UTF8.self)
            {
                return text
            }
        }
        throw JSONError(code: .syntax, position: start, message: "expected a value, not '<'")
    }
}

extension JSONReader {
    private mutating func string() throws(JSONError) -> String {
        let start = position
        advance()
        // What an escape stands for has to be put together; most texts have none and are taken as they are.
        var text: [UInt8] = []
        while true {
            let plain = skipPlain()
            guard let next = peek else {
                throw JSONError(code: .syntax, position: start, message: "the closing quote of this text is missing")
            }
            switch next {
            case UInt8(ascii: "\""):
                advance()
                let whole = text.isEmpty ? octets[plain] : (text + octets[plain])[...]
                guard let string = String(validating: whole, as: UTF8.self) else {
                    throw JSONError(code: .encoding, position: start, message: "this text is not valid UTF-8")
                }
                return string
            case UInt8(ascii: "\\"):
                text += octets[plain]
                try escape(into: &text)
            default:
                throw error(
                    .syntax,
                    "a line end or control character stands inside a text; is the closing quote missing?"
                )
            }
        }
    }

    /// Skips what stands for itself in a text. There is no line end in it.
    private mutating func skipPlain() -> Range<Int> {
        let first = offset
        while offset < octets.count {
            let octet = octets[offset]
            if octet < 0x20 || octet == UInt8(ascii: "\"") || octet == UInt8(ascii: "\\") { break }
            if octet & 0xC0 != 0x80 { column += 1 }
            offset += 1
        }
        return first..<offset
    }

    private mutating func escape(into text: inout [UInt8]) throws(JSONError) {
        let start = position
        advance()
        let escaped = peek
        advance()
        switch escaped {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): text.append(escaped ?? 0)
        case UInt8(ascii: "b"): text.append(0x08)
        case UInt8(ascii: "f"): text.append(0x0C)
        case UInt8(ascii: "n"): text.append(0x0A)
        case UInt8(ascii: "r"): text.append(0x0D)
        case UInt8(ascii: "t"): text.append(0x09)
        case UInt8(ascii: "u"):
            guard let scalar = escapedScalar() else {
                throw JSONError(
                    code: .escape,
                    position: start,
                    message: "\\u needs four hexadecimal digits, and surrogates come in pairs"
                )
            }
            text.append(contentsOf: Character(scalar).utf8)
        default:
            throw JSONError(
                code: .escape,
                position: start,
                message: "no such escape; a backslash itself is written \\\\"
            )
        }
    }

    /// The scalar behind `\u`, two escapes long where it is beyond the basic plane (RFC 8259 §7).
    private mutating func escapedScalar() -> Unicode.Scalar? {
        guard let unit = hexadecimalUnit() else { return nil }
        if let scalar = Unicode.Scalar(unit) { return scalar }
        guard UTF16.isLeadSurrogate(unit), take("\\"), take("u"), let trail = hexadecimalUnit(),
            UTF16.isTrailSurrogate(trail)
        else { return nil }
        return Unicode.Scalar(0x10000 + ((UInt32(unit) & 0x3FF) << 10 | UInt32(trail) & 0x3FF))
    }

    private mutating func hexadecimalUnit() -> UInt16? {
        var unit: UInt16 = 0
        for _ in 0..<4 {
            guard let digit = peek, let value = Character(Unicode.Scalar(digit)).hexDigitValue else { return nil }
            unit = unit << 4 | UInt16(value)
            advance()
        }
        return unit
    }
}

extension JSONReader {
    private var peek: UInt8? {
        offset < octets.count ? octets[offset] : nil
    }

    private var position: SourcePosition {
        SourcePosition(line: line, column: column)
    }

    private func error(_ code: JSONError.Code, _ message: String) -> JSONError {
        JSONError(code: code, position: position, message: message)
    }

    private mutating func take(_ character: Unicode.Scalar) -> Bool {
        guard peek == UInt8(ascii: character) else { return false }
        advance()
        return true
    }

    private mutating func skipSpace() {
        while let next = peek, next == 0x20 || next == 0x0A || next == 0x0D || next == 0x09 { advance() }
    }

    private mutating func advance(by count: Int = 1) {
        for _ in 0..<count {
            guard let octet = peek else { return }
            offset += 1
            if octet == 0x0A {
                line += 1
                column = 1
            } else if octet & 0xC0 != 0x80 {
                // Octets that continue a UTF-8 sequence don't move the column.
                column += 1
            }
        }
    }
}
