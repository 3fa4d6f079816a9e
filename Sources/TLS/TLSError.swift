/// Why a TLS context could not be made or a TLS connection ended.
///
/// The description is safe to log: it names hosts, certificates and files, never keys or content.
public struct TLSError: Error, Sendable, Hashable {
    /// The kind of an error. More may be added.
    public struct Code: Sendable, Hashable {
        private enum Value: String {
            case configuration
            case handshakeFailed
            case certificateInvalid
            case protocolVersion
            case connectionFailed
            case uncleanShutdown
            case inputWithoutData
        }

        private let value: Value

        private init(_ value: Value) {
            self.value = value
        }

        /// A file, certificate, key or name can't be used.
        public static let configuration = Code(.configuration)
        /// The handshake failed for a reason that has no code of its own.
        public static let handshakeFailed = Code(.handshakeFailed)
        /// The peer's certificate was not accepted.
        public static let certificateInvalid = Code(.certificateInvalid)
        /// The two sides have no TLS version in common, or the peer does not speak TLS.
        public static let protocolVersion = Code(.protocolVersion)
        /// After the handshake: the peer sent an alert, or something that is not TLS.
        public static let connectionFailed = Code(.connectionFailed)
        /// The TCP connection ended without TLS having said so: what was received may be cut short.
        public static let uncleanShutdown = Code(.uncleanShutdown)
        /// After the handshake: the peer keeps sending records that carry no data.
        public static let inputWithoutData = Code(.inputWithoutData)
    }

    /// The kind.
    public let code: Code
    /// The details, one line of English.
    public let reason: String

    init(code: Code, reason: String) {
        self.code = code
        self.reason = reason
    }

    static func configuration(_ reason: String) -> TLSError {
        TLSError(code: .configuration, reason: reason)
    }
}

extension TLSError.Code: CustomStringConvertible {
    /// The kind in words.
    public var description: String {
        switch value {
        case .configuration: "TLS configuration"
        case .handshakeFailed: "TLS handshake failed"
        case .certificateInvalid: "certificate not accepted"
        case .protocolVersion: "no common TLS version"
        case .connectionFailed: "TLS connection failed"
        case .uncleanShutdown: "TLS connection cut off"
        case .inputWithoutData: "too many records without data"
        }
    }
}

extension TLSError: CustomStringConvertible {
    /// The kind and the details.
    public var description: String { "\(code): \(reason)" }
}
