/// What a program that ran to its end left behind.
struct ProcessResult: Sendable {
    let status: ExitStatus
    let output: String
    let errorOutput: String

    var succeeded: Bool { self.status == .exited(0) }
}

/// A program that had to succeed didn't.
struct ProcessFailure: Error, CustomStringConvertible {
    let program: String
    let result: ProcessResult

    var description: String {
        "\(self.program): \(self.result.status)\n\(self.result.output)\(self.result.errorOutput)"
    }
}

/// Runs programs to their end.
enum ProcessRunner {
    /// Runs a program, whatever comes of it. One that isn't done within the limit is killed.
    static func run(
        _ command: [String],
        environment: [String: String] = [:],
        input: String = "",
        within limit: Duration = .seconds(60)
    ) async throws -> ProcessResult {
        let process = try ChildProcess(command, environment: environment, input: input)
        do {
            let status = try await process.waitUntilExit(within: limit)
            return ProcessResult(status: status, output: process.output, errorOutput: process.errorOutput)
        } catch {
            await process.stop(within: .zero)
            throw error
        }
    }

    /// Runs a program that has to succeed, and gives its output.
    @discardableResult
    static func check(_ command: [String], environment: [String: String] = [:]) async throws -> String {
        let result = try await self.run(command, environment: environment)
        guard result.succeeded else { throw ProcessFailure(program: command[0], result: result) }
        return result.output
    }
}
