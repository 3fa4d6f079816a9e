import FoundationEssentials

/// A fresh directory that goes away, with all that is in it, when the last reference to it does.
///
/// Other users may pass through it, for Postfix and Dovecot work under accounts of their own, and its path is short,
/// for a Unix socket's may have 107 bytes only.
final class TemporaryDirectory: Sendable {
    let path: String

    init() throws {
        self.path = Self.unusedPath()
        try self.makeDirectory("")
    }

    deinit {
        try? FileManager.default.removeItem(atPath: self.path)
    }

    /// A path that nothing has yet.
    static func unusedPath() -> String {
        "/tmp/tproxy-" + String(UInt64.random(in: .min ... .max), radix: 36)
    }

    /// The path of something in the directory.
    func path(_ name: String) -> String { "\(self.path)/\(name)" }

    /// Makes a directory in this one, and those above it.
    @discardableResult
    func makeDirectory(_ name: String) throws -> String {
        let path = self.path(name)
        try FileManager.default.createDirectory(
            atPath: path,
            withIntermediateDirectories: true,
            attributes: [.posixPermissions: 0o755]
        )
        return path
    }

    /// Writes a file in one step: a reader sees the old text or the new one. Directories above it are made.
    @discardableResult
    func write(_ text: String, to name: String) throws -> String {
        let path = self.path(name)
        if let slash = name.lastIndex(of: "/") { try self.makeDirectory(String(name[..<slash])) }
        try Data(text.utf8).write(to: URL(filePath: path), options: .atomic)
        return path
    }

    /// A file's text; empty where there is no such file.
    func read(_ name: String) -> String {
        guard let bytes = FileManager.default.contents(atPath: self.path(name)) else { return "" }
        return String(decoding: bytes, as: UTF8.self)
    }
}
