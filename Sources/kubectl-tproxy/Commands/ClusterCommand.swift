import ArgumentParser

/// A command that asks the cluster.
protocol ClusterCommand: AsyncParsableCommand {
    var common: CommonOptions { get }

    /// Does what the command is for.
    ///
    /// - Throws: `KubectlError`, `OutputClosed`, or what the parser says to a person.
    func run(_ session: Session) async throws -> Outcome
}

extension ClusterCommand {
    func run() async throws {
        let session = Session(common)
        let outcome: Outcome
        do {
            outcome = try await run(session)
        } catch let error as KubectlError {
            session.complain(error.advice)
            outcome = error.code == .timeout ? .timedOut : .failed
        } catch let error as OutputClosed {
            error.complaint.map(session.complain)
            outcome = .failed
        }
        if outcome != .good { throw ExitCode(outcome.rawValue) }
    }
}

/// How a command ended: its exit code, the same for every form of output.
enum Outcome: Int32, Sendable {
    case good = 0
    /// It couldn't be found out, or was refused.
    case failed = 1
    /// Something is wrong with what was looked at.
    case findings = 2
    /// It took longer than was allowed.
    case timedOut = 124
}
