import NIOCore
import ObjectModel
import SMTP

/// A dialogue with a relay, as applications have it: plain SMTP on a port of the loopback that leads there.
struct SMTPDialogue {
    /// Why there is no reply.
    enum Failure: Error, Hashable, Sendable {
        case closed
        case timeout
        /// What came isn't SMTP.
        case malformed(ReplyParser.Malformation)

        init(_ failure: LoopbackConnection.Failure) {
            self = failure == .timeout ? .timeout : .closed
        }
    }

    /// A line of the dialogue.
    enum Line: Hashable, Sendable {
        case sent(String)
        case received(String)
    }

    private var connection: LoopbackConnection
    private var pending = ByteBuffer()
    private var parser = ReplyParser()
    private let watch: (Line) -> Void

    /// Connects, and lets `body` have the dialogue.
    ///
    /// - Parameters:
    ///   - limit: How long all of it may take.
    ///   - watch: Is shown every line.
    /// - Throws: `Failure`, and what `body` throws.
    static func run<Result: Sendable>(
        port: Int,
        within limit: Duration,
        watch: @escaping (Line) -> Void = { _ in },
        _ body: (inout SMTPDialogue) async throws -> Result
    ) async throws -> Result {
        do {
            return try await LoopbackConnection.use(port: port, within: limit) { connection in
                var dialogue = SMTPDialogue(connection: connection, watch: watch)
                return try await body(&dialogue)
            }
        } catch let failure as LoopbackConnection.Failure {
            throw Failure(failure)
        }
    }

    private init(connection: LoopbackConnection, watch: @escaping (Line) -> Void) {
        self.connection = connection
        self.watch = watch
    }

    /// Waits for the next reply.
    mutating func reply() async throws -> Reply {
        while true {
            do throws(ReplyParser.Malformation) {
                if let reply = try parser.next(from: &pending) {
                    show(reply)
                    return reply
                }
            } catch {
                throw Failure.malformed(error)
            }
            var bytes = try await connection.read()
            pending.writeBuffer(&bytes)
        }
    }

    /// Sends lines, and waits for the reply to them.
    ///
    /// - Parameter lines: Without line ends, which nobody may put into one.
    mutating func say(_ lines: [String]) async throws -> Reply {
        for line in lines { watch(.sent(line)) }
        try await connection.write(ByteBuffer(string: lines.map { "\($0)\r\n" }.joined()))
        return try await reply()
    }

    /// Sends a line, and waits for the reply to it.
    mutating func say(_ line: String) async throws -> Reply {
        try await say([line])
    }

    /// Takes leave. What comes of that is nobody's business any more.
    mutating func quit() async {
        _ = try? await say("QUIT")
    }

    private func show(_ reply: Reply) {
        for (index, octets) in reply.lines.enumerated() {
            let text = BoundedText.line(String(decoding: octets, as: UTF8.self), limit: .max)
            watch(.received("\(reply.code)\(index == reply.lines.count - 1 ? " " : "-")\(text)"))
        }
    }
}

@available(*, unavailable)
extension SMTPDialogue: Sendable {}
