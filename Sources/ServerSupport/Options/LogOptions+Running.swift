internal import ArgumentParser
public import Logging

extension LogOptions {
    /// Runs a server whose log is as the options say. What keeps it from running is logged, a line for each reason.
    ///
    /// - Parameters:
    ///   - label: The server's name.
    ///   - complaint: What the lines say, such as `can't run`.
    ///   - body: Returns when the server has been told to stop.
    /// - Throws: `ExitCode(1)` for whatever `body` throws.
    public func run(
        _ label: String,
        orSay complaint: String = "can't run",
        _ body: (Logger, LogLevelControl) async throws -> Void
    ) async throws {
        // A crash may say why, and no more.
        CoreDumps.forbid()
        let (logger, level) = start(label)
        do {
            try await body(logger, level)
        } catch {
            for reason in (error as? StartFailure)?.reasons ?? ["\(error)"] {
                logger.critical("\(complaint)", metadata: ["reason": "\(reason)"])
            }
            throw ExitCode(1)
        }
    }
}
