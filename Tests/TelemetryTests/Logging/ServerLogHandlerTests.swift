import Foundation
import Logging
import Telemetry
import Testing

@Suite("Server log handler")
struct ServerLogHandlerTests {
    private struct Refused: Error, CustomStringConvertible {
        let description = "refused"
    }

    @Test(arguments: Logger.Level.allCases)
    func switchesToEachLevel(level: Logger.Level) {
        let control = LogLevelSwitch()
        #expect(control.level == .info)
        control.level = level
        #expect(control.level == level)
        #expect(LogLevelSwitch(level).level == level)
    }

    @Test func changesTheLevelOfLoggersThatExist() throws {
        let text = try loggedText { output in
            let control = LogLevelSwitch(.info)
            let handler = ServerLogHandler(label: "a", format: .text, level: control, output: output)
            let logger = Logger(label: "a", handler)
            var own = logger
            own.logLevel = .error
            logger.debug("one")
            control.level = .debug
            logger.debug("two")
            own.debug("three")
            control.level = .critical
            logger.error("four")
            own.error("five")
        }
        #expect(text.split(separator: "\n").map { $0.split(separator: " ").last } == ["two", "five"])
    }

    @Test func letsTheNearestMetadataWin() throws {
        let text = try loggedText { output in
            var handler = ServerLogHandler(label: "a", format: .json, level: LogLevelSwitch(), output: output)
            handler.metadataProvider = Logger.MetadataProvider { ["b": "provider", "c": "provider"] }
            var logger = Logger(label: "a", handler)
            for key in ["a", "b", "c"] { logger[metadataKey: key] = "logger" }
            logger.info("m", error: Refused(), metadata: ["c": "event"])
        }
        #expect(text.hasSuffix(#""a":"logger","b":"provider","c":"event","error":"refused"}"# + "\n"))
    }

    @Test func neverMixesTheLinesOfManyTasks() async throws {
        let pipe = Pipe()
        async let written = Tool.onThread { try pipe.fileHandleForReading.readToEnd() ?? Data() }
        let output = LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor)
        let handler = ServerLogHandler(label: "a", format: .json, level: LogLevelSwitch(), output: output)
        let logger = Logger(label: "a", handler)
        // Longer than a pipe holds, so that each write waits half-way and lets the other tasks in.
        let filler = String(repeating: "x", count: 100_000)
        await withTaskGroup { group in
            for task in 0..<8 {
                group.addTask {
                    for _ in 0..<5 { logger.info("m", metadata: ["task": "\(task)", "z": .string(filler)]) }
                }
            }
        }
        try pipe.fileHandleForWriting.close()
        let lines = String(decoding: try await written, as: UTF8.self).split(separator: "\n")
        #expect(lines.count == 40)
        for line in lines {
            #expect(line.hasPrefix("{\"time\"") && line.hasSuffix("\"z\":\"\(filler)\"}"))
        }
    }
}
