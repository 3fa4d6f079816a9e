import Glibc
import Synchronization

/// Writes lines to a file descriptor, each with one write(2), so that those of several threads and of the programs that
/// share the descriptor don't mix.
///
/// A write waits while the reader of a full pipe doesn't read, as every logger does that neither loses nor hoards lines.
public final class LineOutput: Sendable {
    /// The process's standard error.
    public static let standardError = LineOutput(descriptor: STDERR_FILENO)

    // The lock matters for lines longer than PIPE_BUF, which the kernel may split.
    private let descriptor: Mutex<Int32>

    /// Makes an output that does not own its descriptor: closing it is the caller's affair.
    public init(descriptor: Int32) {
        self.descriptor = Mutex(descriptor)
    }

    /// Writes the bytes, which should end in a line feed. An error loses the rest of the line: there is nowhere to
    /// report it.
    public func write(_ line: [UInt8]) {
        descriptor.withLock { descriptor in
            line.withUnsafeBytes { bytes in
                var rest = bytes[...]
                while !rest.isEmpty {
                    let count = Glibc.write(descriptor, UnsafeRawBufferPointer(rebasing: rest).baseAddress, rest.count)
                    if count > 0 {
                        rest = rest.dropFirst(count)
                    } else if count == 0 || errno != EINTR {
                        return
                    }
                }
            }
        }
    }
}
