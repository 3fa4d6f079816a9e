/// Why a text could not be read as YAML, and where.
///
/// ``description`` quotes nothing from the text, which may hold secrets; ``sourceLine`` is the line itself, for a
/// person at a terminal.
public struct YAMLError: Error, Hashable, Sendable {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case syntax, encoding, tab, duplicateKey, key, alias, merge, tag, number, depth, size
        }

        private let kind: Kind

        /// The text breaks YAML's grammar.
        public static let syntax = Code(kind: .syntax)
        /// The text is not UTF-8, or holds control characters.
        public static let encoding = Code(kind: .encoding)
        /// A line is indented with a tab.
        public static let tab = Code(kind: .tab)
        /// A mapping has the same key twice.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// A key is null, a list or a mapping.
        public static let key = Code(kind: .key)
        /// An alias names no anchor, or its own.
        public static let alias = Code(kind: .alias)
        /// A merge key (`<<`) can't be merged, or readers would disagree on the result.
        public static let merge = Code(kind: .merge)
        /// A tag doesn't fit its value.
        public static let tag = Code(kind: .tag)
        /// A number has no counterpart in JSON.
        public static let number = Code(kind: .number)
        /// Lists and mappings are nested too deeply.
        public static let depth = Code(kind: .depth)
        /// The text is too long, or becomes too large once its aliases are filled in.
        public static let size = Code(kind: .size)
    }

    /// What kind of fault it is.
    public let code: Code
    /// What is wrong and how to mend it, without a full stop.
    public let message: String
    /// Where it is.
    public let position: SourcePosition
    /// The file's name as the caller gave it.
    public let file: String?
    /// The line at ``position``, without its line end; empty where the text ends before.
    public let sourceLine: String
}

extension YAMLError: CustomStringConvertible {
    /// `file:line:column: message`
    public var description: String {
        "\(file.map { "\($0):" } ?? "")\(position): \(message)"
    }
}
