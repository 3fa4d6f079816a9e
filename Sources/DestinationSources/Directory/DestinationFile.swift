internal import DestinationModel
internal import FileWatch

/// A file that holds one destination as JSON.
struct DestinationFile {
    static let maximumBytes = 1 << 20

    let path: String

    init(_ key: DestinationKey, in folders: DestinationFolders) {
        let folder = folders.path(DestinationTree.Folder(instance: key.instance, tenant: key.tenant))
        path = "\(folder)/\(key.destination).json"
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
        do {
            let content = try FileContent.read(path, limit: Self.maximumBytes)
            return (parse(content.octets), content.fingerprint)
        } catch {
            return (error.code == .missing ? .gone : bad(error.description), error.fingerprint)
        }
    }

    private func parse(_ bytes: [UInt8]) -> Content {
        do {
            return .good(try MailDestination(json: bytes))
        } catch {
            return .bad(error.problems.map { DestinationFinding($0, file: path) })
        }
    }

    private func bad(_ message: String) -> Content { .bad([DestinationFinding(file: path, message: message)]) }
}
