import NIOCore
import NIOEmbedded
import Testing

@testable import TLS

@Suite struct PendingWritesTests {
    private let loop = EmbeddedEventLoop()

    /// What the next chunks are, as lengths, and how many promises each carries; -1 stands for the end.
    private func chunks(_ pending: inout PendingWrites) -> [[Int]] {
        var result: [[Int]] = []
        while let chunk = pending.nextChunk() {
            switch chunk.content {
            case .plaintext(let plaintext): result.append([plaintext.readableBytes, chunk.promises.count])
            case .endOfOutput: result.append([-1, chunk.promises.count])
            }
            chunk.promises.forEach { $0.succeed() }
        }
        return result
    }

    @Test(arguments: [
        ([10], [[10, 1]]),
        ([10, 20, 30], [[60, 3]]),
        ([10, 5000, 20], [[10, 1], [5000, 1], [20, 1]]),
        ([0, 0], [[0, 2]]),
        ([4095, 4095, 4095, 4095, 4095], [[16380, 4], [4095, 1]]),
        ([65536], [[65536, 1]]),
        ([65537], [[65536, 0], [1, 1]]),
        ([150_000], [[65536, 0], [65536, 0], [18928, 1]]),
    ])
    func writesAreGatheredAndCutUp(lengths: [Int], expected: [[Int]]) {
        var pending = PendingWrites()
        for length in lengths {
            pending.append(ByteBuffer(repeating: 1, count: length), promise: loop.makePromise())
        }
        pending.flush()
        #expect(chunks(&pending) == expected)
    }

    @Test func onlyWhatIsFlushedComesOut() {
        var pending = PendingWrites()
        pending.append(ByteBuffer(string: "a"), promise: nil)
        #expect(!pending.hasFlushed)
        #expect(chunks(&pending).isEmpty)
        pending.flush()
        pending.append(ByteBuffer(string: "b"), promise: nil)
        #expect(chunks(&pending) == [[1, 0]])
        #expect(!pending.hasFlushed)
        pending.appendEnd(promise: nil)
        #expect(chunks(&pending) == [[1, 0], [-1, 0]])
        #expect(pending.isEnded)
    }

    @Test func gatheringLeavesSharedStorageAlone() {
        var storage = ByteBuffer(string: "onetwo")
        var pending = PendingWrites()
        pending.append(storage.readSlice(length: 3) ?? ByteBuffer(), promise: nil)
        pending.append(ByteBuffer(string: "and"), promise: nil)
        pending.flush()
        #expect(pending.nextChunk()?.content == .plaintext(ByteBuffer(string: "oneand")))
        #expect(String(buffer: storage) == "two")
    }
}
