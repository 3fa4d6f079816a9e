/// The way to what pods serve: their pages, and the relay's ports.
protocol PodDoor: Sendable {
    /// Fetches pages of a pod.
    ///
    /// - Returns: the pages' texts, or why there are none, in order.
    func pages(
        _ paths: [String],
        of pod: ServerPod,
        in namespace: String
    ) async -> [ClusterFacts.Observed<[UInt8]>]

    /// Asks a relay to log in for routes: each port gets a greeting, MAIL, RSET and QUIT, and nothing is sent.
    ///
    /// - Returns: what came of each, in order.
    func trials(
        _ ports: [Int],
        of pod: ServerPod,
        in namespace: String
    ) async throws(KubectlError) -> [SMTPTrial]
}
