import Synchronization

/// The self-check of a server that has to be asked for its readiness before it is there to be checked.
final class LateSelfCheck: Sendable {
    private let check = Mutex<SelfCheck?>(nil)

    /// The server is there.
    func begin(_ check: SelfCheck) {
        self.check.withLock { $0 = check }
    }

    /// What is wrong, or `nil`.
    func problem() async -> String? {
        guard let check = check.withLock({ $0 }) else { return "starting" }
        return await check.problem()
    }
}
