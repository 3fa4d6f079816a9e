import Foundation

/// A program of this machine that a test runs.
enum Tool {
    /// The program's place on PATH, if it is there.
    static func find(_ name: String) -> URL? {
        (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
            .map { URL(filePath: String($0)).appending(path: name) }
            .first { FileManager.default.isExecutableFile(atPath: $0.path) }
    }

    /// Runs a program to its end. Input must fit a pipe, 64 KiB.
    static func run(
        _ program: URL,
        _ arguments: [String],
        input: [UInt8] = []
    ) async throws -> (code: Int32, output: String) {
        try await onThread {
            let process = Process()
            let stdin = Pipe()
            let output = Pipe()
            process.executableURL = program
            process.arguments = arguments
            process.standardInput = stdin
            process.standardOutput = output
            process.standardError = output
            try process.run()
            try stdin.fileHandleForWriting.write(contentsOf: Data(input))
            try stdin.fileHandleForWriting.close()
            let text = String(decoding: try output.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
            process.waitUntilExit()
            return (process.terminationStatus, text)
        }
    }

    /// Runs what blocks on a thread of its own: the tasks that it waits for need the shared ones.
    static func onThread<Value: Sendable>(_ body: @escaping @Sendable () throws -> Value) async throws -> Value {
        try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(with: Result { try body() })
            }
        }
    }
}
