public import YAML

/// Why a text could not be read as JSON, and where.
///
/// The description quotes no value from the text, which may hold secrets.
public struct JSONError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Kind { case syntax, encoding, duplicateKey, number, escape, depth, size }

        private let kind: Kind

        /// Something else was expected at this place.
        public static let syntax = Code(kind: .syntax)
        /// The text is not UTF-8.
        public static let encoding = Code(kind: .encoding)
        /// An object names a member twice.
        public static let duplicateKey = Code(kind: .duplicateKey)
        /// A number is malformed or too large.
        public static let number = Code(kind: .number)
        /// A backslash escape is malformed, or half of a surrogate pair.
        public static let escape = Code(kind: .escape)
        /// Arrays and objects are nested too deeply.
        public static let depth = Code(kind: .depth)
        /// The text is too long or has too many values.
        public static let size = Code(kind: .size)
    }

    /// What kind of fault it is.
    public let code: Code
    /// Where it is.
    public let position: SourcePosition
    /// What is wrong, in a sentence without a full stop.
    public let message: String

    /// `line 3, column 5: …`
    public var description: String {
        "line \(position.line), column \(position.column): \(message)"
    }
}
