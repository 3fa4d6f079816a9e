/// What an `OperationsServer` grants its clients.
public struct OperationsLimits: Hashable, Sendable {
    /// The size from which a response is large, in bytes.
    static let largeBytes = 64 << 10

    /// Connections at a time; beyond that, others give way as `ConnectionTracker` has it.
    public var connections: Int
    /// Large responses that are written at a time; further ones wait.
    public var largeResponses: Int
    /// Bytes of all header fields of a request together.
    public var headerBytes: Int
    /// Time for each of: sending a request, getting its answer, and the pause until the next request.
    public var time: Duration
    /// Time in which a client takes the next 64 KiB of a response.
    public var stall: Duration

    /// The limits that a server reports when they are reached.
    public enum Name: Hashable, Sendable, CaseIterable {
        /// A connection had to give way to another.
        case connections
        /// A large response had to wait.
        case largeResponses
        /// A client didn't take its response in time.
        case stall
    }

    /// Limits that suit a scraper and a kubelet.
    public init(
        connections: Int = 64,
        largeResponses: Int = 4,
        headerBytes: Int = 8192,
        time: Duration = .seconds(10),
        stall: Duration = .seconds(2)
    ) {
        self.connections = connections
        self.largeResponses = largeResponses
        self.headerBytes = headerBytes
        self.time = time
        self.stall = stall
    }
}
