/// Collects the header lines of an answer, which libcurl hands over one by one and has split already.
struct HeadParser {
    /// Status lines and fields of all heads of one exchange together, trailers included.
    static let maximumBytes = 128 << 10

    private var head: HTTPResponseHead?
    private var isDelivered = false
    private var total = 0

    enum Event {
        case needMore
        /// The final answer's head is complete.
        case complete(HTTPResponseHead)
        case tooLarge
    }

    /// Takes a line with its line end. `mayRedirect`: an answer that libcurl will follow is not final.
    mutating func line(_ bytes: UnsafeRawBufferPointer, mayRedirect: Bool) -> Event {
        total += bytes.count
        guard total <= Self.maximumBytes else { return .tooLarge }
        guard !isDelivered else { return .needMore }
        let line = String(decoding: bytes, as: UTF8.self).trimmingLineEnd()
        if line.hasPrefix("HTTP/") {
            let status = line.split(separator: " ", maxSplits: 2).dropFirst().first.flatMap { Int($0) } ?? 0
            head = HTTPResponseHead(status: status, headers: HTTPHeaders())
            return .needMore
        }
        guard line.isEmpty else {
            guard let colon = line.utf8.firstIndex(of: UInt8(ascii: ":")) else { return .needMore }
            let value = line[line.utf8.index(after: colon)...]
            head?.headers.add(String(line[..<colon]), String(value.trimmingBlanks()))
            return .needMore
        }
        guard let head, head.status >= 200 else { return .needMore }
        // Should libcurl not follow it after all, `takeUndelivered` hands it over.
        if mayRedirect, (300..<400).contains(head.status), head.headers["Location"] != nil { return .needMore }
        isDelivered = true
        return .complete(head)
    }

    /// The head that was taken for a redirect and turned out to be the answer.
    mutating func takeUndelivered() -> HTTPResponseHead? {
        guard !isDelivered else { return nil }
        isDelivered = true
        return head
    }
}

extension String {
    fileprivate func trimmingLineEnd() -> Substring {
        var line = utf8[...]
        while let last = line.last, last == 0x0D || last == 0x0A { line.removeLast() }
        return Substring(line)
    }
}

extension Substring {
    fileprivate func trimmingBlanks() -> Substring {
        var text = utf8
        while let first = text.first, first == 0x20 || first == 0x09 { text.removeFirst() }
        while let last = text.last, last == 0x20 || last == 0x09 { text.removeLast() }
        return Substring(text)
    }
}
