internal import Glibc

/// Certificates or a key in PEM form: bytes at hand, or a file that is read once, when the client is made.
public enum HTTPPEM: Sendable {
    case bytes([UInt8])
    case file(String)

    /// Larger than any CA bundle in use; keeps a wrong path (`/dev/zero`, a log) from filling the memory.
    private static let maximumBytes = 8 << 20

    /// The bytes, once they are seen to hold a PEM block with that word in its label.
    ///
    /// Blocks the thread for the time of reading a small file.
    ///
    /// - Throws: `invalidConfiguration`, naming the file.
    func load(expecting label: String) throws(HTTPError) -> [UInt8] {
        let bytes: [UInt8]
        let name: String
        switch self {
        case .bytes(let given): (bytes, name) = (given, "the PEM given")
        case .file(let path): (bytes, name) = (try Self.read(path), path)
        }
        let text = String(decoding: bytes, as: UTF8.self)
        guard
            text.split(whereSeparator: \.isNewline).contains(where: {
                $0.hasPrefix("-----BEGIN ") && $0.contains(label)
            })
        else {
            throw HTTPError(.invalidConfiguration, detail: "no PEM block '\(label)' in \(name)")
        }
        return bytes
    }

    static func read(_ path: String) throws(HTTPError) -> [UInt8] {
        let descriptor = open(path, O_RDONLY | O_CLOEXEC)
        guard descriptor >= 0 else { throw unreadable(path, errno) }
        defer { close(descriptor) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 64 << 10)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count < 0 {
                if errno == EINTR { continue }
                throw unreadable(path, errno)
            }
            if count == 0 { return bytes }
            bytes += block[..<count]
            guard bytes.count <= maximumBytes else {
                throw HTTPError(.invalidConfiguration, detail: "larger than \(maximumBytes) bytes: \(path)")
            }
        }
    }

    private static func unreadable(_ path: String, _ number: Int32) -> HTTPError {
        HTTPError(.invalidConfiguration, detail: "can't read \(path): \(String(cString: strerror(number)))")
    }
}

extension HTTPPEM: CustomStringConvertible, CustomDebugStringConvertible, CustomReflectable {
    public var description: String {
        switch self {
        case .bytes: "<redacted>"
        case .file(let path): path
        }
    }

    public var debugDescription: String { description }
    public var customMirror: Mirror { Mirror(self, children: []) }
}
