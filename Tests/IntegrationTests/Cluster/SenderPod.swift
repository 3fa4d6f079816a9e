import FoundationEssentials

/// An application that sends mail all the time, each message over a connection of its own, and tries nothing twice.
struct SenderPod: Sendable {
    private let pod: ApplicationPod
    /// Reads along.
    private let reader: ChildProcess

    /// What became of the messages.
    struct Outcome: Sendable {
        /// The recipients of those that the relay said 250 to.
        var accepted: [String] = []
        /// The lines about the others.
        var failed: [String] = []
    }

    /// - Parameters:
    ///   - service: the name that an application knows.
    ///   - name: the pod's.
    static func start(
        to service: String,
        _ name: String,
        in namespace: String,
        of site: ClusterSite
    ) async throws -> SenderPod {
        let script = try String(contentsOf: URL(filePath: Scripts.path("sender.sh")), encoding: .utf8)
        let mark = MailAccount.random()
        let pod = try await ApplicationPod.start(
            name,
            in: namespace,
            of: site,
            command: ["sh", "-c", script, "sender", service, "465", mark, "3"]
        )
        return SenderPod(pod: pod, reader: try pod.follow())
    }

    /// Waits until so many more messages than now have been sent, whatever became of them.
    func waitForMessages(_ count: Int) async throws {
        let wanted = self.sent + count
        try await eventually("\(count) more messages", within: .seconds(120)) { self.sent >= wanted ? () : nil }
    }

    private var sent: Int { self.reader.output.count { $0 == "\n" } }

    /// Ends it, once what it is sending has been sent.
    func stop() async throws -> Outcome {
        try await self.pod.run(["sh", "-c", ": > /tmp/stop"])
        // It reads to the end of what the pod prints.
        try await self.reader.waitUntilExit(within: .seconds(120))
        var outcome = Outcome()
        for line in try await self.pod.output().split(separator: "\n") {
            if line.hasPrefix("ok ") {
                outcome.accepted.append(String(line.dropFirst(3)))
            } else {
                outcome.failed.append(String(line))
            }
        }
        return outcome
    }

    /// Lets it go, whatever it does.
    func abandon() async { await self.reader.stop() }
}
