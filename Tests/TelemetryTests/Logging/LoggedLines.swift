import Foundation
import Logging
import Telemetry

/// Runs `body` with an output that ends in a pipe, and returns what was written. A pipe holds 64 KiB: write less.
func loggedText(_ body: (LineOutput) throws -> Void) throws -> String {
    let pipe = Pipe()
    try body(LineOutput(descriptor: pipe.fileHandleForWriting.fileDescriptor))
    try pipe.fileHandleForWriting.close()
    return String(decoding: try pipe.fileHandleForReading.readToEnd() ?? Data(), as: UTF8.self)
}

/// What one event looks like after its time, which varies.
func loggedLine(
    _ format: LogFormat,
    _ message: Logger.Message,
    _ metadata: Logger.Metadata,
    level: Logger.Level = .info
) throws -> String {
    try loggedText { output in
        let handler = ServerLogHandler(label: "relay", format: format, level: LogLevelSwitch(.trace), output: output)
        Logger(label: "relay", handler).log(level: level, message, metadata: metadata)
    }
}

extension Logger {
    init(label: String, _ handler: ServerLogHandler) {
        self.init(label: label, factory: { _ in handler })
    }
}
