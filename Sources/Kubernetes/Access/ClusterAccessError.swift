public import YAML

/// Why it is not known how to reach an API server.
public struct ClusterAccessError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What kind of fault it is.
    public struct Code: Hashable, Sendable {
        private enum Kind { case notInCluster, unreadable, malformed, missing, notSupported, unusable }

        private let kind: Kind

        /// This process runs in no pod, and no kubeconfig is named.
        public static let notInCluster = Code(kind: .notInCluster)
        /// A file can't be read.
        public static let unreadable = Code(kind: .unreadable)
        /// The kubeconfig is no YAML, or a field has the wrong type.
        public static let malformed = Code(kind: .malformed)
        /// Something is missing that is needed or referred to.
        public static let missing = Code(kind: .missing)
        /// The kubeconfig asks for something that only kubectl can do.
        public static let notSupported = Code(kind: .notSupported)
        /// The value makes no sense for its field.
        public static let unusable = Code(kind: .unusable)
    }

    /// What kind of fault it is.
    public let code: Code
    /// The file it is about, if any.
    public let file: String?
    /// Where in the file.
    public let position: SourcePosition?
    /// What is wrong and what to do, without a full stop. It shows no secret.
    public let message: String

    init(_ code: Code, _ message: String, file: String? = nil, at position: SourcePosition? = nil) {
        self.code = code
        self.message = message
        self.file = file
        self.position = position
    }

    /// `file:line:column: message`
    public var description: String {
        switch (file, position) {
        case (let file?, let position?): "\(file):\(position): \(message)"
        case (let file?, nil): "\(file): \(message)"
        case (nil, _): message
        }
    }
}
