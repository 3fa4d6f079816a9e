/// What a request carries.
public enum HTTPRequestBody: Sendable {
    /// Nothing. POST, PUT and PATCH then say `Content-Length: 0`.
    case none
    /// Bytes in memory, sent with a Content-Length.
    case bytes([UInt8])
    /// Chunks that come as the connection has room for them; see ``HTTPBodyStream``.
    case stream(HTTPBodyStream)
}

extension HTTPRequestBody: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .none: "no body"
        case .bytes(let bytes): "\(bytes.count) bytes"
        case .stream: "stream"
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}

/// A request body made while it is sent. Its length need not be known: HTTP/1.1 gets it chunked.
///
/// The sequence is asked for its next chunk only when the last one has gone out. It is consumed once; its task is
/// cancelled when the exchange ends early.
public struct HTTPBodyStream: Sendable {
    /// Calls its argument with each chunk until that answers `false` or the sequence ends.
    let forEachChunk: @Sendable (_ offer: @Sendable ([UInt8]) async -> Bool) async throws -> Void

    /// A body of the sequence's chunks in order. A sequence that throws fails the exchange with `requestBodyFailed`.
    public init<Chunks: AsyncSequence & Sendable>(_ chunks: Chunks) where Chunks.Element == [UInt8] {
        forEachChunk = { offer in
            for try await chunk in chunks {
                guard await offer(chunk) else { return }
            }
        }
    }
}
