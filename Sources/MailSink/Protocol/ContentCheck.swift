internal import NIOCore

/// What is wrong with a message's content by RFC 5321 §2.3.8 and §4.5.3.1.6, found with as few passes as there are
/// bytes to look for.
enum ContentCheck {
    static func violations(of content: ByteBuffer) -> [String] {
        var found: [String] = []
        var lines = 0
        var start = 0
        var longest = 0
        var hasBareLF = false
        while let lf = ContentScanner.offset(of: ContentScanner.lf, in: content, from: start) {
            let before = lf > 0 ? content.getInteger(at: content.readerIndex + lf - 1, as: UInt8.self) : nil
            if before == ContentScanner.cr { lines += 1 } else { hasBareLF = true }
            longest = max(longest, lf + 1 - start)
            start = lf + 1
        }
        if hasBareLF { found.append("bare LF in content") }
        if count(of: ContentScanner.cr, in: content) != lines { found.append("bare CR in content") }
        if ContentScanner.offset(of: 0, in: content) != nil { found.append("NUL in content") }
        if longest > 1000 { found.append("content line of \(longest) octets") }
        return found
    }

    private static func count(of byte: UInt8, in content: ByteBuffer) -> Int {
        var count = 0
        var start = 0
        while let index = ContentScanner.offset(of: byte, in: content, from: start) {
            count += 1
            start = index + 1
        }
        return count
    }
}
