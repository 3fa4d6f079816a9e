internal import Glibc

/// What was read from a small file that others may be writing to.
public struct FileContent: Sendable {
    /// All of it.
    public let octets: [UInt8]
    /// What tells exactly this content from a later one; `nil` while the file is being written, so that whoever
    /// compares it reads the file again.
    public let fingerprint: FileFingerprint?

    /// Reads a file, or what a symbolic link leads to. Blocks on the disk, but never on a FIFO.
    ///
    /// - Parameters:
    ///   - path: Where it is.
    ///   - limit: The most octets that it may hold.
    /// - Throws: `FileError`.
    public static func read(_ path: String, limit: Int) throws(FileError) -> FileContent {
        // Not blocking, in case a FIFO has taken the file's place.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            throw errno == ENOENT ? FileError(.missing, "there is no such file") : .unreadable()
        }
        defer { close(descriptor) }
        var before = stat()
        guard fstat(descriptor, &before) == 0 else { throw .unreadable() }
        let fingerprint = FileFingerprint(before)
        guard before.st_mode & S_IFMT == S_IFREG else {
            throw FileError(.notRegular, "is no regular file", fingerprint: fingerprint)
        }
        guard before.st_size <= limit else {
            throw FileError(.tooLarge, "is larger than \(limit) bytes", fingerprint: fingerprint)
        }
        let octets = try readToEnd(descriptor, limit: limit)
        var after = stat()
        let isStable = fstat(descriptor, &after) == 0 && FileFingerprint(after) == fingerprint && fingerprint.isSettled
        return FileContent(octets: octets, fingerprint: isStable ? fingerprint : nil)
    }

    private static func readToEnd(_ descriptor: CInt, limit: Int) throws(FileError) -> [UInt8] {
        var octets: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count == 0 { return octets }
            if count < 0 {
                if errno == EINTR { continue }
                throw .unreadable()
            }
            octets += block[..<count]
            guard octets.count <= limit else { throw FileError(.tooLarge, "is larger than \(limit) bytes") }
        }
    }
}
