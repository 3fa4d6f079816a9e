import NIOCore
import NIOEmbedded
import TLS
import Testing

@Suite struct HandshakeTests {
    private let authority: TestAuthority

    init() throws {
        authority = try TestAuthority()
    }

    @Test func bothSidesHearOfTheHandshakeBeforeData() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.client.writeAndFlush(ByteBuffer(string: "hello"), promise: nil)
        try pair.handshake()

        #expect(pair.clientEvents.events == [.active, .handshakeCompleted])
        #expect(pair.serverEvents.events == [.active, .handshakeCompleted, .data])
        #expect(pair.serverEvents.text == "hello")
        #expect(pair.clientEvents.handshake?.version == .v1_3)
        #expect(pair.clientEvents.handshake?.cipher.hasPrefix("TLS_") == true)
        #expect(pair.clientEvents.handshake?.resumed == false)
        #expect(pair.clientEvents.handshake?.serverName == nil)
        #expect(pair.serverEvents.handshake?.serverName == "localhost")
    }

    @Test(arguments: [TLSVersion.v1_2, .v1_3], [1, 3, .max])
    func ciphertextMayComeInPiecesOfAnySize(version: TLSVersion, pieceLength: Int) throws {
        let pair = try EmbeddedPair(
            client: TLSHandler(
                client: authority.clientContext { $0.maximumVersion = version },
                serverName: "localhost"
            ),
            server: TLSHandler(server: authority.serverContext())
        )
        defer { pair.finish() }
        try pair.connect()
        pair.client.writeAndFlush(ByteBuffer(string: "to the server"), promise: nil)
        pair.server.writeAndFlush(ByteBuffer(string: "to the client"), promise: nil)
        try pair.exchange(pieceLength: pieceLength)

        #expect(pair.clientEvents.handshake?.version == version)
        #expect(pair.serverEvents.text == "to the server")
        #expect(pair.clientEvents.text == "to the client")
    }

    @Test func writesBeforeTheHandshakeKeepTheirPromisesAndOrder() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        let promises = (0..<3).map { _ in pair.server.eventLoop.makePromise(of: Void.self) }
        var completed: [Int] = []
        for (index, promise) in promises.enumerated() {
            promise.futureResult.assumeIsolated().whenSuccess { completed.append(index) }
            pair.server.write(ByteBuffer(string: "\(index)"), promise: promise)
        }
        pair.server.flush()
        try pair.connect()
        #expect(completed.isEmpty)
        try pair.exchange()
        #expect(completed == [0, 1, 2])
        #expect(pair.clientEvents.text == "012")
    }

    @Test func whatIsNotFlushedStays() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.server.write(ByteBuffer(string: "later"), promise: nil)
        try pair.handshake()
        #expect(pair.clientEvents.text == "")
        pair.server.flush()
        try pair.exchange()
        #expect(pair.clientEvents.text == "later")
    }

    @Test func aWriteFromWithinTheHandshakeEventIsSent() throws {
        let pair = try EmbeddedPair(authority)
        defer { pair.finish() }
        pair.serverEvents.onHandshake = { context in
            context.writeAndFlush(NIOAny(ByteBuffer(string: "220 hello")), promise: nil)
        }
        try pair.handshake()
        #expect(pair.clientEvents.text == "220 hello")
    }

    @Test(arguments: [TLSVersion.v1_0, .v1_1]) func oldVersionsAreRefused(version: TLSVersion) throws {
        let pair = try EmbeddedPair(
            client: TLSHandler(
                client: authority.clientContext {
                    $0.minimumVersion = version
                    $0.maximumVersion = version
                },
                serverName: "localhost"
            ),
            server: TLSHandler(server: authority.serverContext())
        )
        defer { pair.finish() }
        try pair.handshake()
        #expect(pair.clientEvents.handshake == nil)
        #expect(pair.clientEvents.errors.map(\.code) == [.protocolVersion])
    }

    @Test func aServerOfOldVersionsIsRefused() throws {
        let pair = try EmbeddedPair(
            client: TLSHandler(client: authority.clientContext { $0.minimumVersion = .v1_3 }, serverName: "localhost"),
            server: TLSHandler(server: authority.serverContext { $0.maximumVersion = .v1_2 })
        )
        defer { pair.finish() }
        try pair.handshake()
        #expect(pair.clientEvents.errors.map(\.code) == [.protocolVersion])
        #expect(pair.serverEvents.errors.map(\.code) == [.protocolVersion])
        #expect(pair.clientEvents.events.last == .inactive)
    }

    @Test func anAnswerThatIsNotTLSNamesThePort() throws {
        let channel = EmbeddedChannel()
        let events = EventRecorder()
        try channel.pipeline.syncOperations.addHandlers(
            TLSHandler(client: authority.clientContext(), serverName: "localhost"),
            events
        )
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 587), promise: nil)
        _ = try? channel.writeInbound(ByteBuffer(string: "220 mail.example.com ESMTP ready\r\n"))
        #expect(events.errors.map(\.code) == [.protocolVersion])
        #expect(events.errors.first?.reason.contains("STARTTLS") == true)
        #expect(events.events == [.active, .error(.protocolVersion), .inactive])
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    /// A client's handler that reports plain text, on a channel of its own.
    private func plaintextReporter(_ events: EventRecorder) throws -> EmbeddedChannel {
        let channel = EmbeddedChannel()
        let tls = TLSHandler(client: try authority.clientContext(), serverName: "localhost", reportsPlaintext: true)
        try channel.pipeline.syncOperations.addHandlers(tls, events)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 465), promise: nil)
        return channel
    }

    @Test(
        "Plain text in place of the first record is handed on, in whatever pieces it comes",
        arguments: [1, 4, 5, 60]
    )
    func plaintext(pieceLength: Int) throws {
        let events = EventRecorder()
        let channel = try plaintextReporter(events)
        let hello = try channel.readOutbound(as: ByteBuffer.self)
        #expect(hello?.readableBytes ?? 0 > 100)
        let text = "421 Too many concurrent SMTP connections; please try again later.\r\n"
        var bytes = ByteBuffer(string: text)
        while let piece = bytes.readSlice(length: min(pieceLength, bytes.readableBytes)), piece.readableBytes > 0 {
            try channel.writeInbound(piece)
        }
        #expect(events.plaintext == text)
        #expect(events.events == [.active])
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil, "no alert")
        channel.close(promise: nil)
        channel.embeddedEventLoop.run()
        #expect(events.events == [.active, .inactive])
    }

    @Test("A connection that ends in plain text that was not taken is an error")
    func endOfPlaintext() throws {
        let events = EventRecorder()
        let channel = try plaintextReporter(events)
        try channel.writeInbound(ByteBuffer(string: "421 Too ma"))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(events.events == [.active, .error(.protocolVersion), .inactive])
    }

    @Test("Behind a record plain text is an error, as is a record that is cut off", arguments: ["421 later\r\n", ""])
    func plaintextBehindRecord(text: String) throws {
        let events = EventRecorder()
        let channel = try plaintextReporter(events)
        // An empty record of the handshake, then the text.
        _ = try? channel.writeInbound(ByteBuffer(bytes: [22, 3, 3, 0, 0]))
        _ = try? channel.writeInbound(ByteBuffer(string: text))
        channel.pipeline.fireUserInboundEventTriggered(ChannelEvent.inputClosed)
        #expect(events.plaintext == "")
        #expect(events.errors.count == 1)
    }

    @Test(arguments: ["", ".", "mail example.com", "mail\0.example.com", "bücher.example"])
    func anUnusableServerNameIsRefusedAtOnce(serverName: String) throws {
        let channel = EmbeddedChannel()
        let events = EventRecorder()
        try channel.pipeline.syncOperations.addHandlers(
            TLSHandler(client: authority.clientContext(), serverName: serverName),
            events
        )
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 465), promise: nil)
        #expect(events.errors.map(\.code) == [.configuration])
        #expect(try channel.readOutbound(as: ByteBuffer.self) == nil)
        _ = try? channel.finish(acceptAlreadyClosed: true)
    }

    @Test func aHandlerAddedToAnActiveChannelStarts() throws {
        let channel = EmbeddedChannel()
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 465), promise: nil)
        try channel.pipeline.syncOperations.addHandler(
            TLSHandler(client: authority.clientContext(), serverName: "localhost")
        )
        // A handshake record of TLS 1.0, as every ClientHello pretends to be.
        #expect(try channel.readOutbound(as: ByteBuffer.self)?.readableBytesView.starts(with: [22, 3, 1]) == true)
        _ = try? channel.finish()
    }
}
