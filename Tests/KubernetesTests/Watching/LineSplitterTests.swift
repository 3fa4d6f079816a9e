import TestSupport
import Testing

@testable import Kubernetes

@Suite("LineSplitter")
struct LineSplitterTests {
    private func lines(_ chunks: [[UInt8]], maximum: Int = 100) throws -> [String] {
        var splitter = LineSplitter(maximumLength: maximum)
        var lines: [String] = []
        for chunk in chunks {
            splitter.append(chunk)
            while let line = try splitter.next() { lines.append(String(decoding: line, as: UTF8.self)) }
        }
        return lines
    }

    @Test("However the stream is cut, the lines are the same", arguments: 0..<100 as Range<UInt64>)
    func cuts(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var rest = Array("ab\n\n ä😀\r\nlonger line\n\r\nunfinished".utf8)[...]
        var chunks: [[UInt8]] = []
        while !rest.isEmpty {
            let length = Int.random(in: 1...5, using: &generator)
            chunks.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        #expect(try lines(chunks) == ["ab", " ä😀\r", "longer line"])
    }

    @Test("A line without end is given up, finished or not")
    func tooLong() throws {
        let long = [UInt8](repeating: 0x61, count: 11)
        #expect(try lines([Array(long.dropLast()), [0x0A]], maximum: 10).count == 1)
        for chunks in [[long], [long + [0x0A]], [Array(long.prefix(6)), Array(long.prefix(5))]] {
            let error = try #require(throws: KubernetesError.self) { _ = try lines(chunks, maximum: 10) }
            #expect(error.code == .answerTooLarge)
        }
    }
}
