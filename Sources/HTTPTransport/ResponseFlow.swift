/// What has arrived of one answer and who waits for it. Pure: a method for each event, whose result says what to do.
///
/// awaiting head → streaming → ended; any state → ended. Chunks that arrived before a good end can still be read after
/// it; a failure discards them, as a partial answer is of no use to anyone.
struct ResponseFlow {
    typealias Head = CheckedContinuation<Result<HTTPResponseHead, HTTPError>, Never>
    typealias Chunk = CheckedContinuation<Result<[UInt8]?, HTTPError>, Never>

    /// Above this many unread bytes the connection is paused, below half of it resumed.
    static let highWater = 256 << 10

    enum Waiter {
        case none
        case head(Head)
        case chunk(Chunk)
    }

    private var head: HTTPResponseHead?
    private var chunks: [[UInt8]] = []
    private var nextIndex = 0
    private var unread = 0
    private var isPaused = false
    private var end: Result<Void, HTTPError>?
    private var waiter = Waiter.none

    var hasEnded: Bool { end != nil }

    /// The head is complete. Answers who was waiting for it.
    mutating func received(_ head: HTTPResponseHead) -> Head? {
        guard end == nil else { return nil }
        guard case .head(let continuation) = waiter else {
            self.head = head
            return nil
        }
        waiter = .none
        return continuation
    }

    enum ChunkAction {
        /// Kept for later.
        case keep
        /// Give it to the one who waits.
        case deliver(Chunk)
        /// Not taken: offer it again when the flow is resumed.
        case pause
        /// Nobody wants it: end the transfer.
        case abort
    }

    /// Bytes of the body arrived.
    mutating func received(_ chunk: UnsafeRawBufferPointer) -> ChunkAction {
        guard end == nil else { return .abort }
        if case .chunk(let continuation) = waiter {
            waiter = .none
            return .deliver(continuation)
        }
        guard unread < Self.highWater else {
            isPaused = true
            return .pause
        }
        chunks.append([UInt8](chunk))
        unread += chunk.count
        return .keep
    }

    /// The exchange is over. Answers who was waiting; only the first end counts.
    mutating func ended(_ result: Result<Void, HTTPError>) -> Waiter {
        guard end == nil else { return .none }
        end = result
        if case .failure = result {
            chunks = []
            nextIndex = 0
            unread = 0
        }
        defer { waiter = .none }
        return waiter
    }

    /// The consumer asks for the head. `nil`: it will be told.
    mutating func wantsHead(_ continuation: Head) -> Result<HTTPResponseHead, HTTPError>? {
        if case .failure(let error) = end { return .failure(error) }
        if let head { return .success(head) }
        if end != nil { return .failure(HTTPError(.protocolViolation, detail: "no answer")) }
        waiter = .head(continuation)
        return nil
    }

    enum WantAction {
        case wait
        case answer(Result<[UInt8]?, HTTPError>)
        /// Answer, and tell the connection to go on.
        case answerAndResume([UInt8])
    }

    /// The consumer asks for a chunk.
    mutating func wantsChunk(_ continuation: Chunk) -> WantAction {
        if nextIndex < chunks.count {
            let chunk = chunks[nextIndex]
            chunks[nextIndex] = []
            nextIndex += 1
            if nextIndex == chunks.count {
                chunks.removeAll(keepingCapacity: true)
                nextIndex = 0
            }
            unread -= chunk.count
            guard isPaused, unread < Self.highWater / 2 else { return .answer(.success(chunk)) }
            isPaused = false
            return .answerAndResume(chunk)
        }
        switch end {
        case .failure(let error): return .answer(.failure(error))
        case .success: return .answer(.success(nil))
        case nil: break
        }
        guard case .none = waiter else {
            return .answer(.failure(HTTPError(.invalidRequest, detail: "two tasks read one body")))
        }
        waiter = .chunk(continuation)
        return .wait
    }
}
