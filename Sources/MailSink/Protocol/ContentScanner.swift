internal import NIOCore

#if canImport(Glibc)
import Glibc
#elseif canImport(Musl)
import Musl
#elseif canImport(Darwin)
import Darwin
#endif

/// Finds the end of a message's content and undoes dot-stuffing (RFC 5321 §4.1.1.4, §4.5.2).
///
/// Only CRLF.CRLF ends the content (or .CRLF right behind DATA): a dot line that touches a bare LF or CR is content.
/// The search goes from dot to dot with `memchr` and looks at each one's neighbours, so that content is never walked
/// byte by byte.
struct ContentScanner {
    /// The two bytes in front of the reader index. DATA's own line end counts.
    private var previous: (UInt8, UInt8) = (Self.cr, Self.lf)

    /// Moves content from `input` to `output`.
    ///
    /// - Returns: whether the end was met. If not, the few bytes that can't be judged yet stay in `input`.
    mutating func scan(_ input: inout ByteBuffer, into output: (ByteBuffer) -> Void) -> Bool {
        // How many readable bytes hold no dot that matters.
        var clean = 0
        while let dot = Self.offset(of: Self.dot, in: input, from: clean) {
            guard startsLine(offset: dot, in: input) else {
                clean = dot + 1
                continue
            }
            pass(dot, of: &input, into: output)
            clean = 0
            // Now the dot is the first readable byte, and it starts a line.
            let index = input.readerIndex
            guard let second = input.getInteger(at: index + 1, as: UInt8.self) else { return false }
            if second == Self.cr {
                guard let third = input.getInteger(at: index + 2, as: UInt8.self) else { return false }
                if third == Self.lf {
                    input.moveReaderIndex(forwardBy: 3)
                    return true
                }
            }
            input.moveReaderIndex(forwardBy: 1)
            previous = (Self.lf, Self.dot)
        }
        pass(input.readableBytes, of: &input, into: output)
        return false
    }

    private func startsLine(offset: Int, in input: ByteBuffer) -> Bool {
        let index = input.readerIndex + offset
        let last = offset >= 1 ? input.getInteger(at: index - 1, as: UInt8.self) : previous.1
        guard last == Self.lf else { return false }
        let beforeLast =
            offset >= 2 ? input.getInteger(at: index - 2, as: UInt8.self) : offset == 1 ? previous.1 : previous.0
        return beforeLast == Self.cr
    }

    private mutating func pass(_ count: Int, of input: inout ByteBuffer, into output: (ByteBuffer) -> Void) {
        guard count > 0, let slice = input.readSlice(length: count) else { return }
        let end = slice.writerIndex
        let last = slice.getInteger(at: end - 1, as: UInt8.self) ?? 0
        previous = (count >= 2 ? slice.getInteger(at: end - 2, as: UInt8.self) ?? 0 : previous.1, last)
        output(slice)
    }

    /// Where `byte` first occurs among the readable bytes, at `start` or behind, counted from the reader index.
    static func offset(of byte: UInt8, in buffer: ByteBuffer, from start: Int = 0) -> Int? {
        buffer.withUnsafeReadableBytes { bytes in
            guard start < bytes.count, let base = bytes.baseAddress,
                let found = memchr(base + start, Int32(byte), bytes.count - start)
            else { return nil }
            return UnsafeRawPointer(found) - base
        }
    }

    static let cr = UInt8(ascii: "\r")
    static let lf = UInt8(ascii: "\n")
    static let dot = UInt8(ascii: ".")
}
