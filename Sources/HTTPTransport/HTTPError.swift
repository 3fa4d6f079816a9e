/// What went wrong with an HTTP exchange: an answer that never came, or a request that was not sent.
///
/// An HTTP status is no error: a 404 is a good answer. The description names scheme, host and port, and never the path,
/// the query, headers, bodies or user names, so it may go to logs, status fields and SMTP replies.
public struct HTTPError: Error, Hashable, Sendable {
    /// The kind of failure. New kinds may be added, so compare with `==` rather than listing them all.
    public struct Code: Hashable, Sendable {
        private enum Base: Hashable, Sendable {
            case resolve, addressNotAllowed, connect, connectTimeout, overallTimeout, stallTimeout, tls, proxy,
                connectionLost
            case protocolViolation, bodyTooLarge, requestBodyFailed, cancelled
            case invalidURL, invalidRequest, invalidConfiguration, overloaded, shutDown, failed
        }

        private let base: Base

        private init(_ base: Base) { self.base = base }

        /// The host's name has no address, or the name server did not answer.
        public static let resolve = Code(.resolve)
        /// None of the host's addresses may be connected to (``HTTPClientConfiguration/addressCheck``).
        public static let addressNotAllowed = Code(.addressNotAllowed)
        /// No TCP connection to any of the host's addresses.
        public static let connect = Code(.connect)
        /// Name look-up, TCP, proxy and TLS together took longer than `HTTPTimeouts.connect`.
        public static let connectTimeout = Code(.connectTimeout)
        /// The whole exchange took longer than `HTTPTimeouts.overall`.
        public static let overallTimeout = Code(.overallTimeout)
        /// The peer neither took nor sent a byte for `HTTPTimeouts.stall`.
        public static let stallTimeout = Code(.stallTimeout)
        /// No TLS session: the certificate was refused by us, or ours by the peer. `detail` says why.
        public static let tls = Code(.tls)
        /// The HTTP proxy can't be reached or refuses the tunnel.
        public static let proxy = Code(.proxy)
        /// The connection broke after it had been made.
        public static let connectionLost = Code(.connectionLost)
        /// What the peer sent is not HTTP, ended early, or has oversized headers.
        public static let protocolViolation = Code(.protocolViolation)
        /// The response body is larger than the caller's limit.
        public static let bodyTooLarge = Code(.bodyTooLarge)
        /// The sequence that supplies the request's body threw.
        public static let requestBodyFailed = Code(.requestBodyFailed)
        /// The task was cancelled.
        public static let cancelled = Code(.cancelled)
        /// Not an absolute http or https URL, or one that carries a user name or characters that must be encoded.
        public static let invalidURL = Code(.invalidURL)
        /// A method or header that must not be sent. `detail` names the header, never its value.
        public static let invalidRequest = Code(.invalidRequest)
        /// A certificate, key or CA bundle that can't be read or is no PEM.
        public static let invalidConfiguration = Code(.invalidConfiguration)
        /// More exchanges at once than `HTTPClientConfiguration.maximumTransfers`.
        public static let overloaded = Code(.overloaded)
        /// The client has been shut down.
        public static let shutDown = Code(.shutDown)
        /// libcurl failed in a way that has no code of its own here, such as out of memory.
        public static let failed = Code(.failed)

        var sentence: String {
            switch base {
            case .resolve: "the host name can't be resolved"
            case .addressNotAllowed: "no allowed address"
            case .connect: "can't connect"
            case .connectTimeout: "no connection within the time limit"
            case .overallTimeout: "no complete answer within the time limit"
            case .stallTimeout: "the peer stopped sending or receiving"
            case .tls: "no TLS session"
            case .proxy: "the HTTP proxy refuses or can't be reached"
            case .connectionLost: "the connection broke"
            case .protocolViolation: "the answer is not valid HTTP"
            case .bodyTooLarge: "the answer is larger than allowed"
            case .requestBodyFailed: "the request's body could not be supplied"
            case .cancelled: "cancelled"
            case .invalidURL: "not a usable http or https URL"
            case .invalidRequest: "the request can't be sent as it is"
            case .invalidConfiguration: "the HTTP client's configuration can't be used"
            case .overloaded: "too many HTTP exchanges at once"
            case .shutDown: "the HTTP client has been shut down"
            case .failed: "the HTTP exchange failed"
            }
        }
    }

    /// The kind of failure.
    public let code: Code
    /// Scheme, host and port of the request, such as `https://auth.example.com:443`, where they are known.
    public let origin: String?
    /// One line of further explanation: printable ASCII, bounded, and free of secrets.
    public let detail: String?

    init(_ code: Code, origin: String? = nil, detail: String? = nil) {
        self.code = code
        self.origin = origin
        self.detail = detail.map(Self.sanitised)
    }

    /// Makes foreign text fit for a log line: printable ASCII only, at most 200 characters.
    private static func sanitised(_ text: String) -> String {
        String(text.unicodeScalars.prefix(200).map { (" "..."~").contains($0) ? Character($0) : "?" })
    }
}

extension HTTPError: CustomStringConvertible {
    public var description: String {
        var text = origin.map { "\($0): " } ?? ""
        text += code.sentence
        if let detail { text += " (\(detail))" }
        return text
    }
}
