import Foundation
import Synchronization

/// The distribution's `openssl` command, run as a peer. The test ends it with `stop`.
final class OpenSSLProcess: Sendable {
    struct Failure: Error {
        let awaited: String
        let output: String
    }

    private let process: Process
    private let input = Pipe()
    private let output = Mutex("")

    init(_ arguments: [String]) throws {
        // The process may end before it has read what it is sent.
        signal(SIGPIPE, SIG_IGN)
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/openssl")
        process.arguments = arguments
        process.standardInput = input
        let pipe = Pipe()
        process.standardOutput = pipe
        process.standardError = pipe
        pipe.fileHandleForReading.readabilityHandler = { [weak self] handle in
            let data = handle.availableData
            if data.isEmpty { handle.readabilityHandler = nil }
            self?.output.withLock { $0 += String(decoding: data, as: UTF8.self) }
        }
        try process.run()
    }

    /// Ends the process, which has inherited a blocked SIGTERM from the test runner.
    func stop() {
        if process.isRunning { kill(process.processIdentifier, SIGKILL) }
    }

    func send(_ text: String) throws {
        try input.fileHandleForWriting.write(contentsOf: Data(text.utf8))
    }

    func closeInput() {
        try? input.fileHandleForWriting.close()
    }

    /// Waits until the process has printed `text`, and returns all that it has printed.
    @discardableResult
    func waitForOutput(containing text: String, seconds: Int = 20) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while ContinuousClock.now < deadline {
            let printed = output.withLock { $0 }
            if printed.contains(text) { return printed }
            try await Task.sleep(for: .milliseconds(2))
        }
        throw Failure(awaited: text, output: output.withLock { $0 })
    }

    /// Waits for the process to end by itself, and returns all that it has printed.
    func outputToTheEnd(seconds: Int = 20) async throws -> String {
        let deadline = ContinuousClock.now + .seconds(seconds)
        while process.isRunning {
            guard ContinuousClock.now < deadline else {
                stop()
                throw Failure(awaited: "its end", output: output.withLock { $0 })
            }
            try await Task.sleep(for: .milliseconds(2))
        }
        return output.withLock { $0 }
    }

    /// Runs a command whose output ends with `text`.
    static func run(_ arguments: String..., until text: String) async throws -> String {
        let process = try OpenSSLProcess(arguments)
        defer { process.stop() }
        process.closeInput()
        return try await process.waitForOutput(containing: text)
    }

    /// Starts `openssl s_server` on a free port of the loopback, and returns it with the port.
    static func server(identity: TLSIdentityFiles, _ arguments: String...) async throws -> (OpenSSLProcess, Int) {
        let server = try OpenSSLProcess(
            ["s_server", "-accept", "127.0.0.1:0", "-cert", identity.certificate.path, "-key", identity.key.path]
                + arguments
        )
        let output = try await server.waitForOutput(containing: "ACCEPT 127.0.0.1:")
        let port = output.components(separatedBy: "ACCEPT 127.0.0.1:").last?.prefix { $0.isNumber }.description
        guard let number = port.flatMap({ Int($0) }) else {
            server.stop()
            throw Failure(awaited: "a port", output: output)
        }
        return (server, number)
    }

    /// Starts `openssl s_client` towards a port of the loopback.
    static func client(port: Int, _ arguments: String...) throws -> OpenSSLProcess {
        try OpenSSLProcess(["s_client", "-connect", "127.0.0.1:\(port)", "-servername", "localhost"] + arguments)
    }
}
