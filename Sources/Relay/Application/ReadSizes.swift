import NIOCore

/// Sizes the reads of an application's connection: much at a time while a message comes, so that a usual one takes one
/// read, one TLS record and one write; and little otherwise, since thousands of applications may be connected that say
/// nothing.
///
/// Set once as the channel's allocator: changing an option twice a message costs more than the reads.
// Confined to the channel's event loop, where the channel reads and its handler sets `readsMuch`: no two threads use it at
// a time.
final class ReadSizes: RecvByteBufferAllocator, @unchecked Sendable {
    private static let little = 2 << 10

    /// Whether a message comes.
    var readsMuch = false
    private var much = AdaptiveRecvByteBufferAllocator(minimum: 16 << 10, initial: 32 << 10, maximum: 64 << 10)

    func buffer(allocator: ByteBufferAllocator) -> ByteBuffer {
        readsMuch ? much.buffer(allocator: allocator) : allocator.buffer(capacity: Self.little)
    }

    func nextBufferSize() -> Int? {
        readsMuch ? much.nextBufferSize() : Self.little
    }

    func record(actualReadBytes: Int) -> Bool {
        readsMuch && much.record(actualReadBytes: actualReadBytes)
    }
}
