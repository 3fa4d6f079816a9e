import ObjectModel
public import YAML

/// Why a destination can't be served: every problem, not only the first.
public struct MailDestinationError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong; never empty, in the order of the text where that is known, else of the keys.
    public let problems: [Problem]

    /// Creates an error of the problems that were found.
    public init(problems: [Problem]) {
        self.problems = problems
    }

    /// All problems in one line; it shows no secret.
    public var description: String {
        problems.map(\.description).joined(separator: "; ")
    }
}

extension MailDestinationError {
    /// One thing that is wrong with a destination.
    public struct Problem: Hashable, Sendable, CustomStringConvertible {
        /// What kind of fault it is.
        public struct Code: Hashable, Sendable {
            private enum Kind {
                case malformed, missing, wrongType, invalidValue, notSupported, placeholder, forbiddenCharacter
            }

            private let kind: Kind

            /// The whole is no JSON object.
            public static let malformed = Code(kind: .malformed)
            /// A key that is needed is absent or empty.
            public static let missing = Code(kind: .missing)
            /// The value is an array or object.
            public static let wrongType = Code(kind: .wrongType)
            /// The value makes no sense for its key.
            public static let invalidValue = Code(kind: .invalidValue)
            /// The value makes sense, but the relay can't serve it.
            public static let notSupported = Code(kind: .notSupported)
            /// A sample's `<placeholder>` was left in.
            public static let placeholder = Code(kind: .placeholder)
            /// The value holds a character that would break out of a protocol line.
            public static let forbiddenCharacter = Code(kind: .forbiddenCharacter)
        }

        /// What kind of fault it is.
        public let code: Code
        /// The key it is about; `nil` for the text as a whole.
        public let key: String?
        /// What is wrong and what to do, without a full stop. It shows no secret.
        public let message: String
        /// Where the value stands, where that is known.
        public let position: SourcePosition?

        /// `mail.smtps.port: …`
        public var description: String {
            key.map { "\(Quoted.escaped($0, limit: 80)): \(message)" } ?? message
        }
    }
}
