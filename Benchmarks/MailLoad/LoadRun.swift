import NIOCore
import NIOPosix

/// Keeps so many sessions going until all messages are sent. Lives on one event loop.
final class LoadRun: @unchecked Sendable {
    // Everything is read and written on `loop` alone.
    private let options: SendCommand
    private let loop: any EventLoop
    /// The pieces that a message is written in.
    private let message: [ByteBuffer]
    private var left: Int
    private var running = 0
    private var latencies: [Duration] = []
    private let end: EventLoopPromise<[Duration]>

    init(_ options: SendCommand, on loop: any EventLoop) {
        self.options = options
        self.loop = loop
        left = options.count
        end = loop.makePromise()
        let line = String(repeating: "x", count: 70) + "\r\n"
        let header = ByteBuffer(string: "Subject: benchmark\r\n\r\n")
        var text = options.apart ? ByteBuffer() : header
        let size = options.size - (options.apart ? header.readableBytes : 0)
        while text.readableBytes + line.utf8.count < size { text.writeString(line) }
        text.writeString(".\r\n")
        message = options.apart ? [header, text] : [text]
    }

    /// Sends them all.
    ///
    /// - Returns: How long each took, in the order of their ends.
    /// - Throws: The first failure.
    func latencies() async throws -> [Duration] {
        loop.execute { for _ in 0..<self.options.sessions { self.startNext() } }
        return try await end.futureResult.get()
    }

    private func startNext() {
        guard left > 0 else {
            if running == 0 { end.succeed(latencies) }
            return
        }
        running += 1
        let mails = options.sameConnection ? (left + options.sessions - running) / (options.sessions - running + 1) : 1
        left -= mails
        let handler = SendHandler(message, mails: mails, logsIn: options.login) { self.latencies.append($0) }
        let bound = NIOLoopBound(handler, eventLoop: loop)
        ClientBootstrap(group: loop)
            .channelOption(.tcpOption(.tcp_nodelay), value: options.apart ? 0 : 1)
            .channelInitializer { channel in
                channel.eventLoop.makeCompletedFuture { try channel.pipeline.syncOperations.addHandler(bound.value) }
            }
            .connect(host: "127.0.0.1", port: options.port)
            .flatMap { $0.closeFuture }
            .whenComplete { result in self.ended(bound.value, result) }
    }

    private func ended(_ handler: SendHandler, _ result: Result<Void, any Error>) {
        running -= 1
        switch result {
        case .success where handler.isDone: startNext()
        case .success: end.fail(LoadFailure(text: "ended after: \(handler.trouble)"))
        case .failure(let error): end.fail(error)
        }
    }
}

/// Why a message could not be sent.
struct LoadFailure: Error, CustomStringConvertible {
    let text: String
    var description: String { text }
}
