import NIOCore
import NIOEmbedded
import TLS

/// A client and a server channel whose ciphertext the test carries from one to the other.
final class EmbeddedPair {
    let client: EmbeddedChannel
    let server: EmbeddedChannel
    let clientEvents = EventRecorder()
    let serverEvents = EventRecorder()
    weak var clientHandler: TLSHandler?
    weak var serverHandler: TLSHandler?

    /// Two channels, handlers in place, not active yet.
    init(client clientHandler: TLSHandler, server serverHandler: TLSHandler, allowHalfClosure: Bool = true) throws {
        client = EmbeddedChannel()
        server = EmbeddedChannel()
        client.allowRemoteHalfClosure = allowHalfClosure
        server.allowRemoteHalfClosure = allowHalfClosure
        try client.pipeline.syncOperations.addHandlers(clientHandler, clientEvents)
        try server.pipeline.syncOperations.addHandlers(serverHandler, serverEvents)
        self.clientHandler = clientHandler
        self.serverHandler = serverHandler
    }

    convenience init(_ authority: TestAuthority, allowHalfClosure: Bool = true) throws {
        try self.init(
            client: TLSHandler(client: authority.clientContext(), serverName: "localhost"),
            server: TLSHandler(server: authority.serverContext()),
            allowHalfClosure: allowHalfClosure
        )
    }

    /// Makes both channels active, which starts the handshake.
    func connect() throws {
        let address = try SocketAddress(ipAddress: "127.0.0.1", port: 1)
        server.connect(to: address, promise: nil)
        client.connect(to: address, promise: nil)
    }

    func handshake() throws {
        try connect()
        try exchange()
    }

    /// Carries ciphertext until there is none, in pieces of at most `pieceLength` bytes.
    func exchange(pieceLength: Int = .max) throws {
        var moved = true
        while moved {
            moved = try deliver(from: client, to: server, pieceLength)
            moved = try deliver(from: server, to: client, pieceLength) || moved
        }
    }

    private func deliver(from source: EmbeddedChannel, to target: EmbeddedChannel, _ pieceLength: Int) throws -> Bool {
        var moved = false
        while var data = try source.readOutbound(as: ByteBuffer.self) {
            moved = true
            while target.isActive, let piece = data.readSlice(length: min(pieceLength, data.readableBytes)),
                piece.readableBytes > 0
            {
                // Errors are recorded by the handlers.
                _ = try? target.writeInbound(piece)
            }
        }
        return moved
    }

    /// Ends both channels and lets their loops drop the handlers.
    func finish() {
        _ = try? client.finish(acceptAlreadyClosed: true)
        _ = try? server.finish(acceptAlreadyClosed: true)
        client.embeddedEventLoop.run()
        server.embeddedEventLoop.run()
    }
}
