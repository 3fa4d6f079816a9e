internal import ObjectModel

/// Why there is no access token. The description shows no secret and nothing of what was sent.
public struct TokenError: Error, Hashable, Sendable {
    /// The kind of failure. New kinds may be added.
    public struct Code: Hashable, Sendable {
        private enum Base {
            case credentialsRefused, requestRefused, serviceUnavailable, malformedResponse, tenantNeeded
            case clientSecretMissing, addressNotAllowed
            case overloaded, cancelled
        }

        private let base: Base

        private init(_ base: Base) { self.base = base }

        /// The token service refuses the client id, the secret or the scope.
        public static let credentialsRefused = Code(.credentialsRefused)
        /// The token service answers with an error that isn't about the credentials.
        public static let requestRefused = Code(.requestRefused)
        /// The token service can't be reached or is out of order. Trying again later may help.
        public static let serviceUnavailable = Code(.serviceUnavailable)
        /// The token service says yes, and what it sends is no usable token.
        public static let malformedResponse = Code(.malformedResponse)
        /// The token service's URL needs a tenant, and the route has none that can stand in a host name.
        public static let tenantNeeded = Code(.tenantNeeded)
        /// The destination has no client secret, and no token that came with it is left.
        public static let clientSecretMissing = Code(.clientSecretMissing)
        /// The token service is at an address that destinations must not lead to. `detail` names it: for logs only.
        public static let addressNotAllowed = Code(.addressNotAllowed)
        /// Too many different tokens, or too many waiters for one.
        public static let overloaded = Code(.overloaded)
        /// The waiting task was cancelled.
        public static let cancelled = Code(.cancelled)

        /// A word for it, as metrics have it.
        public var word: String {
            switch base {
            case .credentialsRefused: "credentials_refused"
            case .requestRefused: "request_refused"
            case .serviceUnavailable: "service_unavailable"
            case .malformedResponse: "malformed_response"
            case .tenantNeeded: "tenant_needed"
            case .clientSecretMissing: "client_secret_missing"
            case .addressNotAllowed: "address_not_allowed"
            case .overloaded: "overloaded"
            case .cancelled: "cancelled"
            }
        }

        fileprivate var sentence: String {
            switch base {
            case .credentialsRefused: "the token service refuses the credentials"
            case .requestRefused: "the token service refuses the request"
            case .serviceUnavailable: "the token service is not available"
            case .malformedResponse: "the token service's answer holds no usable token"
            case .tenantNeeded: "the token service's URL needs a tenant"
            case .clientSecretMissing:
                "the destination has no clientSecret, and the Destination service has sent no token"
            case .addressNotAllowed: "the token service's address is not allowed"
            case .overloaded: "too many token requests at once"
            case .cancelled: "cancelled"
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// The HTTP status, where there was an answer.
    public let status: Int?
    /// The `error` code of RFC 6749 §5.2, such as `invalid_client`, where there was a harmless one.
    public let oauthError: String?
    /// Numbers that tell the causes of one `oauthError` apart, such as 7000222 of Microsoft Entra for an expired secret.
    let errorNumbers: [String]
    /// One line of further explanation, 512 bytes at most.
    public let detail: String?
    /// How long the token service wants to be left alone, where it says so.
    let retryAfter: Duration?

    public init(_ code: Code, status: Int? = nil, oauthError: String? = nil, detail: String? = nil) {
        self.init(code, status: status, oauthError: oauthError, detail: detail, retryAfter: nil)
    }

    init(
        _ code: Code,
        status: Int?,
        oauthError: String? = nil,
        errorNumbers: [String] = [],
        detail: String? = nil,
        retryAfter: Duration?
    ) {
        self.code = code
        self.status = status
        self.oauthError = oauthError
        self.errorNumbers = errorNumbers
        self.detail = detail.map { BoundedText.line($0, limit: 512) }
        self.retryAfter = retryAfter
    }
}

extension TokenError {
    /// What may be told to applications: nothing of the token service's address and certificate, and of its response
    /// only the codes of the error.
    public var publicDescription: String { sentence(with: codes) }

    private var codes: [String] {
        [oauthError.map { "error \($0)" }].compactMap(\.self) + errorNumbers.map { "code \($0)" }
    }

    private func sentence(with facts: [String]) -> String {
        facts.isEmpty ? code.sentence : "\(code.sentence) (\(facts.joined(separator: ", ")))"
    }
}

extension TokenError: CustomStringConvertible {
    public var description: String {
        sentence(with: [status.map { "status \($0)" }].compactMap(\.self) + codes + [detail].compactMap(\.self))
    }
}
