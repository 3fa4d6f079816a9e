import Foundation
import Testing

/// Real curl.
enum Curl {
    static let path = (ProcessInfo.processInfo.environment["PATH"] ?? "").split(separator: ":")
        .map { "\($0)/curl" }
        .first { FileManager.default.isExecutableFile(atPath: $0) }

    /// Runs curl to its end, on a thread of its own.
    static func run(_ arguments: [String], input: [UInt8]) async throws -> String {
        let path = try #require(path)
        return try await withCheckedThrowingContinuation { continuation in
            Thread.detachNewThread {
                continuation.resume(
                    with: Result {
                        let file = FileManager.default.temporaryDirectory.appending(path: UUID().uuidString)
                        try Data(input).write(to: file)
                        defer { try? FileManager.default.removeItem(at: file) }
                        let process = Process()
                        let output = Pipe()
                        process.executableURL = URL(filePath: path)
                        process.arguments =
                            ["--silent", "--show-error", "--noproxy", "*", "--max-time", "30"] + arguments
                        process.standardInput = try FileHandle(forReadingFrom: file)
                        process.standardOutput = output
                        process.standardError = output
                        try process.run()
                        let text = try output.fileHandleForReading.readToEnd() ?? Data()
                        process.waitUntilExit()
                        return String(decoding: text, as: UTF8.self)
                    }
                )
            }
        }
    }
}
