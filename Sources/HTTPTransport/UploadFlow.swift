/// One chunk of a streamed request body on its way from the caller's sequence to libcurl. Pure, like ``ResponseFlow``.
struct UploadFlow {
    typealias Producer = CheckedContinuation<Bool, Never>

    private var chunk: [UInt8] = []
    private var offset = 0
    private var isFinished = false
    private var isClosed = false
    private var isPaused = false
    private var producer: Producer?

    enum OfferAction {
        /// The producer waits until the chunk has gone out; `resume`: the connection is waiting for it.
        case wait(resume: Bool)
        case answer(Bool)
    }

    /// The producer has a chunk.
    mutating func offered(_ bytes: [UInt8], _ continuation: Producer) -> OfferAction {
        guard !isClosed, !isFinished else { return .answer(false) }
        guard !bytes.isEmpty else { return .answer(true) }
        chunk = bytes
        offset = 0
        producer = continuation
        defer { isPaused = false }
        return .wait(resume: isPaused)
    }

    /// The producer has no more. Answers whether the connection waits to hear it.
    mutating func finished() -> Bool {
        isFinished = true
        defer { isPaused = false }
        return isPaused && !isClosed
    }

    enum TakeAction {
        /// So many bytes were written; the producer, if given, may go on.
        case bytes(Int, Producer?)
        case pause
        case end
        case abort
    }

    /// libcurl has room.
    mutating func take(into room: UnsafeMutableRawBufferPointer) -> TakeAction {
        if isClosed { return .abort }
        guard offset < chunk.count else {
            if isFinished { return .end }
            isPaused = true
            return .pause
        }
        let count = min(room.count, chunk.count - offset)
        room.copyBytes(from: chunk[offset..<offset + count])
        offset += count
        guard offset == chunk.count else { return .bytes(count, nil) }
        chunk = []
        offset = 0
        defer { producer = nil }
        return .bytes(count, producer)
    }

    /// The exchange is over. Answers the producer that waits.
    mutating func closed() -> Producer? {
        isClosed = true
        chunk = []
        offset = 0
        defer { producer = nil }
        return producer
    }
}
