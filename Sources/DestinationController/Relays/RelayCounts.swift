/// How many relays there are.
public struct RelayCounts: Hashable, Sendable {
    /// Those that the cluster calls ready.
    public var ready: Int
    /// Those of them that say what they serve.
    public var reporting: Int

    /// Puts numbers together.
    public init(ready: Int = 0, reporting: Int = 0) {
        self.ready = ready
        self.reporting = reporting
    }
}
