/// Whether a process can do its work now: what `/readyz` answers.
public struct Readiness: Hashable, Sendable {
    /// Ready is status 200, not ready is 503.
    public let isReady: Bool
    let response: OperationsResponse

    /// With a summary for people, such as one line for each check.
    public init(isReady: Bool, text: String) {
        self.isReady = isReady
        self.response = .text(text, status: isReady ? 200 : 503)
    }

    /// With a summary as JSON that is written already.
    public init(isReady: Bool, json: String) {
        self.isReady = isReady
        self.response = .json(json, status: isReady ? 200 : 503)
    }
}
