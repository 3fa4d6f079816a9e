import NIOCore

/// What the application has written and TLS has not yet encrypted, in order.
struct PendingWrites {
    enum Content: Equatable {
        case plaintext(ByteBuffer)
        /// No more will be written: a close_notify follows.
        case endOfOutput
    }

    /// What to encrypt next, and the promises of the writes that end with it.
    struct Chunk {
        var content: Content
        var promises: [EventLoopPromise<Void>]
    }

    /// The most that is encrypted at once: a very large write is cut up.
    static let maximumChunkLength = 64 * 1024
    /// Writes shorter than this are put together, so that a handful of lines is not a handful of records.
    static let gatherLimit = 4 * 1024
    /// What small writes are gathered into: one record (RFC 8446 section 5.1).
    static let maximumRecordLength = 16 * 1024

    private var items = MarkedCircularBuffer<(content: Content, promise: EventLoopPromise<Void>?)>(initialCapacity: 2)

    /// Whether the end of the output has been queued.
    private(set) var isEnded = false

    /// Whether there is something that was flushed.
    var hasFlushed: Bool { items.hasMark }

    mutating func append(_ plaintext: ByteBuffer, promise: EventLoopPromise<Void>?) {
        items.append((.plaintext(plaintext), promise))
    }

    /// Queues the end of the output behind everything written so far, all of which counts as flushed.
    mutating func appendEnd(promise: EventLoopPromise<Void>?) {
        isEnded = true
        items.append((.endOfOutput, promise))
        items.mark()
    }

    mutating func flush() {
        items.mark()
    }

    /// Takes the next chunk from what was flushed.
    mutating func nextChunk() -> Chunk? {
        guard items.hasMark, let first = items.first else { return nil }
        guard case .plaintext(var plaintext) = first.content else {
            return Chunk(content: .endOfOutput, promises: removeFirst())
        }
        if plaintext.readableBytes > Self.maximumChunkLength,
            let head = plaintext.readSlice(length: Self.maximumChunkLength)
        {
            items[items.startIndex].content = .plaintext(plaintext)
            return Chunk(content: .plaintext(head), promises: [])
        }
        var chunk = Chunk(content: .plaintext(plaintext), promises: removeFirst())
        if plaintext.readableBytes < Self.gatherLimit, nextGatherable(after: plaintext.readableBytes) != nil {
            // A buffer of its own: the first one's storage may be shared.
            chunk.content = .plaintext(gather(into: ByteBuffer(buffer: plaintext), promises: &chunk.promises))
        }
        return chunk
    }

    /// Empties the queue and returns what was promised.
    mutating func removeAll() -> [EventLoopPromise<Void>] {
        defer { items = MarkedCircularBuffer(initialCapacity: 0) }
        return items.compactMap(\.promise)
    }

    private mutating func gather(into start: ByteBuffer, promises: inout [EventLoopPromise<Void>]) -> ByteBuffer {
        var gathered = start
        while let next = nextGatherable(after: gathered.readableBytes) {
            gathered.writeImmutableBuffer(next)
            promises.append(contentsOf: removeFirst())
        }
        return gathered
    }

    /// The first flushed write if it is small and still fits into a record that holds `length` bytes.
    private func nextGatherable(after length: Int) -> ByteBuffer? {
        guard items.hasMark, case .plaintext(let next)? = items.first?.content,
            next.readableBytes < Self.gatherLimit, length + next.readableBytes <= Self.maximumRecordLength
        else { return nil }
        return next
    }

    private mutating func removeFirst() -> [EventLoopPromise<Void>] {
        items.removeFirst().promise.map { [$0] } ?? []
    }
}
