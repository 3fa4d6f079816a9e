import Kubernetes
import Logging

/// Does all duties side by side while this process leads. One that fails is begun again, and doesn't stop the others.
struct DutyRoster: Sendable {
    let duties: [any Duty]
    let logger: Logger
    var backoff = Backoff(base: .seconds(1), limit: .seconds(60))

    /// Goes on until its task is cancelled.
    func run() async {
        await withDiscardingTaskGroup { group in
            for duty in duties {
                group.addTask { await keepRunning(duty) }
            }
        }
    }

    private func keepRunning(_ duty: any Duty) async {
        var generator = SystemRandomNumberGenerator()
        var backoff = backoff
        while !Task.isCancelled {
            let begun = ContinuousClock.now
            do {
                try await duty.run()
                if Task.isCancelled { return }
                logger.error("a duty has ended by itself; beginning it again", metadata: ["duty": "\(duty.name)"])
            } catch {
                if Task.isCancelled { return }
                logger.error(
                    "a duty has failed; beginning it again",
                    metadata: ["duty": "\(duty.name)", "error": "\(error)"]
                )
            }
            if ContinuousClock.now - begun > .seconds(60) { backoff.reset() }
            try? await Task.sleep(for: backoff.next(using: &generator))
        }
    }
}
