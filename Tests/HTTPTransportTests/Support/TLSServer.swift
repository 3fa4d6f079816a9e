import Foundation

/// `openssl s_server` on a free loopback port; it answers any GET with a page about the TLS session.
final class TLSServer: Sendable {
    let port: Int
    private let process: Process

    var url: String { "https://localhost:\(port)/" }

    init(_ certificates: TestCertificates, _ extra: [String] = []) throws {
        process = Process()
        process.executableURL = URL(fileURLWithPath: "/usr/bin/env")
        process.arguments =
            [
                "openssl", "s_server", "-accept", "127.0.0.1:0", "-www", "-cert", certificates.server.certificate,
                "-key", certificates.server.key,
            ] + extra
        let output = Pipe()
        process.standardOutput = output
        process.standardError = FileHandle.nullDevice
        process.standardInput = FileHandle.nullDevice
        try process.run()
        // The line is "ACCEPT 127.0.0.1:40123".
        var text = ""
        while !text.contains(where: \.isNewline) || !text.contains("ACCEPT ") {
            let data = output.fileHandleForReading.availableData
            guard !data.isEmpty else { break }
            text += String(decoding: data, as: UTF8.self)
        }
        let line = text.split(whereSeparator: \.isNewline).first { $0.hasPrefix("ACCEPT ") }
        port = line?.split(separator: ":").last.flatMap { Int($0) } ?? 0
    }

    deinit {
        // Not SIGTERM: the threads that tests run on block it, and a child inherits that.
        kill(process.processIdentifier, SIGKILL)
        process.waitUntilExit()
    }
}
