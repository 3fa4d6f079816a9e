import Kubernetes
import Logging
import Synchronization
import TestSupport
import Testing

@testable import Manager

@Suite struct DutyRosterTests {
    /// A duty that does what the test says, and counts how often it was begun.
    private final class Scripted: Duty {
        struct Failure: Error {}

        let name: String
        let begun = Mutex(0)
        let isRunning = Mutex(false)
        private let failures: Int

        init(_ name: String, failures: Int = 0) {
            self.name = name
            self.failures = failures
        }

        func run() async throws {
            let count = begun.withLock { count in
                count += 1
                return count
            }
            if count <= failures { throw Failure() }
            isRunning.withLock { $0 = true }
            defer { isRunning.withLock { $0 = false } }
            try await Task.sleep(for: .seconds(3600))
        }
    }

    private func roster(_ duties: [any Duty]) -> DutyRoster {
        DutyRoster(
            duties: duties,
            logger: Logger(label: "test") { _ in SwiftLogNoOpLogHandler() },
            backoff: Backoff(base: .milliseconds(1), limit: .milliseconds(2))
        )
    }

    @Test func aDutyThatFailsIsBegunAgainAndTheOthersGoOn() async throws {
        let failing = Scripted("failing", failures: 5)
        let steady = Scripted("steady")
        let roster = roster([failing, steady])
        let task = Task { await roster.run() }
        try await eventually("both to run") {
            failing.isRunning.withLock { $0 } && steady.isRunning.withLock { $0 }
        }
        #expect(failing.begun.withLock { $0 } == 6)
        #expect(steady.begun.withLock { $0 } == 1)
        task.cancel()
        await task.value
        #expect(!failing.isRunning.withLock { $0 })
        #expect(!steady.isRunning.withLock { $0 })
    }

    @Test func withoutDutiesThereIsNothingToDo() async {
        await roster([]).run()
    }
}
