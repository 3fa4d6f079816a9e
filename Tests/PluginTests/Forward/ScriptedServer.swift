import NIOCore
import NIOPosix
import Synchronization

/// A server on the loopback that takes one connection, and answers each line by a script.
final class ScriptedServer: Sendable {
    let port: Int
    private let lines: Mutex<[String]> = Mutex([])
    private let server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>

    /// What was said to it.
    var heard: [String] { lines.withLock(\.self) }

    private init(_ server: NIOAsyncChannel<NIOAsyncChannel<ByteBuffer, ByteBuffer>, Never>) {
        self.server = server
        port = server.channel.localAddress?.port ?? 0
    }

    /// Lets `body` use a server.
    ///
    /// - Parameters:
    ///   - greeting: Sent at once; `nil` for a server that closes the connection instead.
    ///   - answer: To a line; `nil` closes the connection, an empty one is none.
    static func run<Result: Sendable>(
        greeting: String?,
        answer: @escaping @Sendable (String) -> String?,
        _ body: (ScriptedServer) async throws -> Result
    ) async throws -> Result {
        let channel = try await ServerBootstrap(group: .singletonMultiThreadedEventLoopGroup)
            .bind(host: "127.0.0.1", port: 0) { channel in
                channel.eventLoop.makeCompletedFuture {
                    try NIOAsyncChannel<ByteBuffer, ByteBuffer>(wrappingChannelSynchronously: channel)
                }
            }
        let server = ScriptedServer(channel)
        let serving = Task { try await server.serve(greeting, answer) }
        let result: Swift.Result<Result, any Error>
        do { result = .success(try await body(server)) } catch { result = .failure(error) }
        serving.cancel()
        // Waits until the port is closed: a connection accepted later would be dropped unread, which NIO doesn't allow.
        try? await channel.channel.closeFuture.get()
        return try result.get()
    }

    private func serve(_ greeting: String?, _ answer: @Sendable (String) -> String?) async throws {
        try await server.executeThenClose { connections in
            for try await connection in connections {
                try await connection.executeThenClose { input, output in
                    guard let greeting else { return }
                    try await output.write(ByteBuffer(string: greeting))
                    var rest = ""
                    for try await bytes in input {
                        rest += String(buffer: bytes)
                        while let end = rest.firstIndex(of: "\r\n") {
                            let line = String(rest[..<end])
                            rest = String(rest[rest.index(after: end)...])
                            lines.withLock { $0.append(line) }
                            guard let text = answer(line) else { return }
                            if !text.isEmpty { try await output.write(ByteBuffer(string: text)) }
                        }
                    }
                }
            }
        }
    }
}
