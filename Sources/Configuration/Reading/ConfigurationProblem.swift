public import YAML

/// Something that is wrong with a configuration file. It quotes no value, which may be a secret in the wrong place.
public struct ConfigurationProblem: Hashable, Sendable {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Kind { case unreadable, syntax, unknownKey, wrongValue, missing, conflict }

        private let kind: Kind

        /// The file can't be read.
        public static let unreadable = Code(kind: .unreadable)
        /// It is no YAML, or more than one document.
        public static let syntax = Code(kind: .syntax)
        /// There is no such key.
        public static let unknownKey = Code(kind: .unknownKey)
        /// A value has the wrong type, or is out of bounds.
        public static let wrongValue = Code(kind: .wrongValue)
        /// A key that another one needs is not there.
        public static let missing = Code(kind: .missing)
        /// Two keys contradict each other.
        public static let conflict = Code(kind: .conflict)
    }

    /// What kind of fault it is.
    public let code: Code
    /// The file's name as the caller gave it.
    public let file: String
    /// Where in the file; `nil` where the file as a whole is meant.
    public let position: SourcePosition?
    /// What is wrong, with the key's path, and how to mend it; without a full stop.
    public let message: String
}

extension ConfigurationProblem: CustomStringConvertible {
    /// `file:line:column: message`
    public var description: String {
        "\(file)\(position.map { ":\($0)" } ?? ""): \(message)"
    }
}

/// All that is wrong with a configuration file.
public struct ConfigurationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// At least one, in the order of the file.
    public let problems: [ConfigurationProblem]

    /// A line for each problem, of which the first fifty are shown.
    public var description: String {
        let shown = problems.prefix(50).map(\.description)
        let rest = problems.count - shown.count
        return (shown + (rest > 0 ? ["and \(rest) more"] : [])).joined(separator: "\n")
    }
}
