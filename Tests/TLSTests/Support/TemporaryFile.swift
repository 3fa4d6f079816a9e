import Foundation

/// A file that lives as long as this object.
final class TemporaryFile: Sendable {
    let path: String

    init(_ content: [UInt8] = []) throws {
        path = FileManager.default.temporaryDirectory.appendingPathComponent("tls-\(UUID().uuidString).pem").path
        guard
            FileManager.default.createFile(
                atPath: path,
                contents: Data(content),
                attributes: [.posixPermissions: 0o600]
            )
        else { throw CocoaError(.fileWriteUnknown) }
    }

    deinit {
        try? FileManager.default.removeItem(atPath: path)
    }
}
