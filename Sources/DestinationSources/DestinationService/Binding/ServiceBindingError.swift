/// Why a Secret holds no usable service binding. It names the Secret and the field, and never a value.
public struct ServiceBindingError: Error, Hashable, Sendable {
    /// The kind of fault. New kinds may be added.
    public struct Code: Hashable, Sendable {
        private enum Base {
            case missing, invalid, malformed, ambiguous
        }

        private let base: Base

        private init(_ base: Base) { self.base = base }

        /// Fields that are needed are absent or empty.
        public static let missing = Code(.missing)
        /// A field's value makes no sense.
        public static let invalid = Code(.invalid)
        /// What should be JSON is none.
        public static let malformed = Code(.malformed)
        /// More than one key holds a binding.
        public static let ambiguous = Code(.ambiguous)
    }

    /// The kind of fault.
    public let code: Code
    /// The Secret's name.
    public let secret: String
    /// The fields or keys it is about.
    public let fields: [String]
    /// What is wrong and what to do.
    public let message: String

    init(_ code: Code, _ secret: String, fields: [String] = [], _ message: String) {
        self.code = code
        self.secret = secret
        self.fields = fields
        self.message = message
    }
}

extension ServiceBindingError: CustomStringConvertible {
    public var description: String { "Secret \(secret): \(message)" }
}
