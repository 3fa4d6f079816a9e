internal import DestinationModel
internal import Glibc

/// A file that holds one destination as JSON.
struct DestinationFile {
    static let maximumBytes = 1 << 20

    let path: String

    init(_ key: DestinationKey, in directory: String) {
        path = [directory, key.instance, key.tenant, key.destination + ".json"].compactMap(\.self).joined(
            separator: "/"
        )
    }

    enum Content {
        case good(MailDestination)
        case bad([DestinationFinding])
        /// It has gone since the folder was listed.
        case gone
    }

    /// Reads and parses the file. Blocks.
    ///
    /// - Returns: the content, and the fingerprint of exactly what was read; `nil` while the file is being written, so
    ///   that it will be read again.
    func read() -> (Content, FileFingerprint?) {
        // Not blocking, in case a FIFO has taken the file's place.
        let descriptor = open(path, O_RDONLY | O_CLOEXEC | O_NONBLOCK)
        guard descriptor >= 0 else {
            return errno == ENOENT ? (.gone, nil) : (unreadable(), nil)
        }
        defer { close(descriptor) }
        var before = stat()
        guard fstat(descriptor, &before) == 0 else { return (unreadable(), nil) }
        let fingerprint = FileFingerprint(before)
        guard before.st_mode & S_IFMT == S_IFREG else { return (bad("is no regular file"), fingerprint) }
        guard before.st_size <= Self.maximumBytes else { return (tooLarge, fingerprint) }
        var bytes: [UInt8] = []
        var block = [UInt8](repeating: 0, count: 16 << 10)
        while true {
            let count = Glibc.read(descriptor, &block, block.count)
            if count == 0 { break }
            if count < 0 {
                if errno == EINTR { continue }
                return (unreadable(), nil)
            }
            bytes += block[..<count]
            guard bytes.count <= Self.maximumBytes else { return (tooLarge, nil) }
        }
        var after = stat()
        let isStable = fstat(descriptor, &after) == 0 && FileFingerprint(after) == fingerprint && fingerprint.isSettled
        return (parse(bytes), isStable ? fingerprint : nil)
    }

    private func parse(_ bytes: [UInt8]) -> Content {
        do {
            return .good(try MailDestination(json: bytes))
        } catch {
            return .bad(error.problems.map { DestinationFinding($0, file: path) })
        }
    }

    private var tooLarge: Content { bad("is larger than \(Self.maximumBytes) bytes") }

    private func unreadable() -> Content { bad("can't be read: \(String(cString: strerror(errno)))") }

    private func bad(_ message: String) -> Content { .bad([DestinationFinding(file: path, message: message)]) }
}
