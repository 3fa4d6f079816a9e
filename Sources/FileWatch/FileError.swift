internal import Glibc

/// Why a file could not be read. The description names neither the file nor anything that it holds.
public struct FileError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Kind { case missing, unreadable, notRegular, tooLarge }

        private let kind: Kind

        /// There is no such file.
        public static let missing = Code(kind: .missing)
        /// The system refuses to open or read it.
        public static let unreadable = Code(kind: .unreadable)
        /// It is a folder, a device or a FIFO.
        public static let notRegular = Code(kind: .notRegular)
        /// It holds more than the caller allows.
        public static let tooLarge = Code(kind: .tooLarge)
    }

    /// What kind of fault it is.
    public let code: Code
    /// What is wrong, to stand behind the file's name, without a full stop.
    public let description: String
    /// What the file looked like; `nil` where it could not be looked at, or is being written.
    public let fingerprint: FileFingerprint?

    init(_ code: Code, _ description: String, fingerprint: FileFingerprint? = nil) {
        self.code = code
        self.description = description
        self.fingerprint = fingerprint
    }

    /// What the last system call failed with.
    static func unreadable() -> FileError {
        FileError(.unreadable, "can't be read: \(String(cString: strerror(errno)))")
    }
}
