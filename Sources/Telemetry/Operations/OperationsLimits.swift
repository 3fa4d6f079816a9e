/// What an `OperationsServer` grants its clients.
public struct OperationsLimits: Hashable, Sendable {
    /// Connections at a time; beyond that, others give way as `ConnectionTracker` has it.
    public var connections: Int
    /// Bytes of all header fields of a request together.
    public var headerBytes: Int
    /// Time for each of: sending a request, getting its answer, and the pause until the next request.
    public var time: Duration

    /// Limits that suit a scraper and a kubelet.
    public init(connections: Int = 64, headerBytes: Int = 8192, time: Duration = .seconds(10)) {
        self.connections = connections
        self.headerBytes = headerBytes
        self.time = time
    }
}
