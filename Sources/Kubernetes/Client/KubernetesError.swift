/// Why the API server did not do what it was asked to, or why there is no answer.
public struct KubernetesError: Error, Hashable, Sendable {
    /// The kind of failure. New kinds may be added, so compare with `==` rather than listing them all.
    public struct Code: Hashable, Sendable {
        private enum Kind {
            case notFound, unknownType, alreadyExists, conflict, invalid, badRequest, expired, forbidden, unauthorized
            case tooManyRequests, timeout, unavailable, serverError, refused
            case unreachable, malformedAnswer, answerTooLarge, invalidRequest, unusableAccess, cancelled
        }

        private let kind: Kind

        /// The object, or the namespace that it should be made in, does not exist.
        public static let notFound = Code(kind: .notFound)
        /// The API server serves no such kind: a CRD is not installed, or the server is too old.
        public static let unknownType = Code(kind: .unknownType)
        /// An object of that name exists.
        public static let alreadyExists = Code(kind: .alreadyExists)
        /// The object was changed by someone else in between, or another field manager owns what would be applied.
        public static let conflict = Code(kind: .conflict)
        /// The object breaks a rule of the schema, or an admission webhook refuses it. `causes` says which fields.
        public static let invalid = Code(kind: .invalid)
        /// The API server can't read the request.
        public static let badRequest = Code(kind: .badRequest)
        /// The resource version or continue token is too old (410).
        public static let expired = Code(kind: .expired)
        /// We are known, and not allowed to do that.
        public static let forbidden = Code(kind: .forbidden)
        /// We are not known: the token or certificate is wrong or expired.
        public static let unauthorized = Code(kind: .unauthorized)
        /// The API server wants us to come back later. `retryAfter` may say when.
        public static let tooManyRequests = Code(kind: .tooManyRequests)
        /// The API server gave up in time, or there was no answer in time. It may yet have been done.
        public static let timeout = Code(kind: .timeout)
        /// The API server, or a proxy before it, is not able to answer now.
        public static let unavailable = Code(kind: .unavailable)
        /// The API server failed.
        public static let serverError = Code(kind: .serverError)
        /// The API server refuses for another reason.
        public static let refused = Code(kind: .refused)
        /// No connection, or it broke. The request may yet have been carried out.
        public static let unreachable = Code(kind: .unreachable)
        /// The answer is not what an API server sends.
        public static let malformedAnswer = Code(kind: .malformedAnswer)
        /// The answer is larger than what is accepted.
        public static let answerTooLarge = Code(kind: .answerTooLarge)
        /// The request makes no sense and was not sent.
        public static let invalidRequest = Code(kind: .invalidRequest)
        /// The token or certificates can't be used.
        public static let unusableAccess = Code(kind: .unusableAccess)
        /// The task was cancelled.
        public static let cancelled = Code(kind: .cancelled)
    }

    /// One of several reasons, as a rule a field and what is wrong with it.
    public struct Cause: Hashable, Sendable {
        /// A word such as `FieldValueInvalid`; may be empty.
        public let reason: String
        /// The field's path; may be empty.
        public let field: String
        /// What is wrong with it.
        public let message: String
    }

    /// The kind of failure.
    public let code: Code
    /// What was asked for, such as `apply destinations.example.com shop/mail`.
    public internal(set) var operation: String?
    /// What is wrong, in the server's words where it has any: one line, bounded.
    public let message: String
    /// The HTTP status, where there was an answer.
    public let status: Int?
    /// The Status object's reason, a word such as `NotFound`; empty where there is none.
    public let reason: String
    /// The Status object's causes, at most a hundred.
    public let causes: [Cause]
    /// How long the server asks us to wait, at most ten minutes.
    public let retryAfter: Duration?

    init(
        _ code: Code,
        _ message: String,
        operation: String? = nil,
        status: Int? = nil,
        reason: String = "",
        causes: [Cause] = [],
        retryAfter: Duration? = nil
    ) {
        self.code = code
        self.operation = operation
        self.message = message
        self.status = status
        self.reason = reason
        self.causes = causes
        self.retryAfter = retryAfter
    }

    static func invalidRequest(_ message: String) -> KubernetesError {
        KubernetesError(.invalidRequest, message)
    }

    /// Whether the same request may well succeed later, with nothing changed.
    public var isTransient: Bool {
        [.tooManyRequests, .timeout, .unavailable, .serverError, .unreachable, .malformedAnswer].contains(code)
    }
}

extension KubernetesError: CustomStringConvertible {
    public var description: String {
        operation.map { "\($0): \(message)" } ?? message
    }
}
