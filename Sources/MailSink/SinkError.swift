/// What the mail sink and the token server fail with. Only their own users (tests, demo, benchmarks) ever see it.
public struct SinkError: Error, Sendable, CustomStringConvertible {
    /// What kind of failure it is. Kinds can be added, so compare with `==`.
    public struct Code: Sendable, Hashable {
        private enum Kind { case timedOut, notStored, noAddress }
        private let kind: Kind

        /// Something a test waited for didn't happen in time.
        public static let timedOut = Code(kind: .timedOut)
        /// A message could not be written to its file.
        public static let notStored = Code(kind: .notStored)
        /// The system gave a listening socket no address.
        public static let noAddress = Code(kind: .noAddress)
    }

    /// What kind of failure it is.
    public let code: Code
    /// What happened, in one line.
    public let description: String

    static func timedOut(_ what: String) -> SinkError {
        SinkError(code: .timedOut, description: "timed out waiting for \(what)")
    }

    static func notStored(_ path: String, errno: Int32) -> SinkError {
        SinkError(code: .notStored, description: "cannot write \(path) (errno \(errno)); is the disk full?")
    }

    static let noAddress = SinkError(code: .noAddress, description: "the listening socket has no address")
}
