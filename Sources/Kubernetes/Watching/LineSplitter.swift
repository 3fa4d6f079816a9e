/// Cuts a stream into lines. Keeps at most one unfinished line and the last chunk. Pure.
struct LineSplitter {
    private let maximumLength: Int
    private var buffer: [UInt8] = []
    private var start = 0
    /// There is no line end between `start` and here.
    private var searched = 0

    /// - Parameter maximumLength: The longest line in octets.
    init(maximumLength: Int) {
        self.maximumLength = maximumLength
    }

    /// More of the stream. Take all lines out before the next.
    mutating func append(_ chunk: [UInt8]) {
        buffer.removeSubrange(..<start)
        searched -= start
        start = 0
        buffer += chunk
    }

    /// The next whole line that is not empty, without its line end; `nil` when more is needed.
    ///
    /// - Throws: `answerTooLarge` for a line without end.
    mutating func next() throws(KubernetesError) -> ArraySlice<UInt8>? {
        while let end = buffer[searched...].firstIndex(of: 0x0A) {
            let line = buffer[start..<end]
            start = end + 1
            searched = start
            if line.count > maximumLength { throw tooLong }
            if !line.allSatisfy({ $0 == 0x0D || $0 == 0x20 }) { return line }
        }
        searched = buffer.count
        if buffer.count - start > maximumLength { throw tooLong }
        return nil
    }

    /// Whether nothing of a further line has come.
    var isAtLineStart: Bool { start == buffer.count }

    private var tooLong: KubernetesError {
        KubernetesError(.answerTooLarge, "the watch has a line of more than \(maximumLength) bytes")
    }
}
