internal import Glibc
internal import NIOCore

extension HostileConnection {
    /// Bytes of one write of a flood.
    private static let chunk = 32 << 10
    /// Writes of a flood before the event loop serves others.
    private static let writesPerTick = 4
    private static let dripInterval = TimeAmount.milliseconds(50)

    /// - Parameter handshake: the server's first flight, of which nothing has been sent; empty except at the stage TLS.
    func misbehave(_ context: ChannelHandlerContext, handshake: [UInt8]) {
        var random = HostileRandom(state: state.seed &+ UInt64(number))
        let firstHalf = Array(handshake.prefix(handshake.count / 2))
        switch state.behavior {
        case .silence:
            sendRaw(firstHalf, context)
        case .drip:
            sendRaw(firstHalf, context)
            dripBytes(handshake.dropFirst(firstHalf.count), context)
        case .flood:
            if state.stage == .tls { sendRaw(Self.firstRecord(of: handshake), context) }
            startFlood(context, floodChunk())
        case .garbage:
            sendRaw(firstHalf, context)
            sendBelow(garbage(&random), context)
        case .huge:
            if state.stage == .tls { sendRaw(Self.firstRecord(of: handshake), context) }
            startHugeMessage(context)
        case .earlyClose:
            sendRaw(firstHalf, context)
            close(context, &random)
        case .wrongOrder:
            sendWrongReply(handshake, context)
        case .recordDrip:
            repeatedly(context) { [weak self] context in
                self?.addRecord(.ticket)
                self?.flush(context)
            }
        case .keyUpdates: startRecordFlood(context, .keyUpdate)
        case .tickets: startRecordFlood(context, .ticket)
        case .helloRequests: startRecordFlood(context, .helloRequest)
        }
    }

    // MARK: Single replies

    private func sendWrongReply(_ handshake: [UInt8], _ context: ChannelHandlerContext) {
        switch state.stage {
        case .connect:
            // SMTP where TLS is due.
            sendRaw(Array((state.stage.wrongReply + "\r\n").utf8), context)
        case .tls:
            // Application data in the midst of the handshake.
            sendRaw(Self.firstRecord(of: handshake), context)
            sendRaw([0x17, 3, 3, 0, 32] + [UInt8](repeating: 7, count: 32), context)
        case .greeting, .ehlo, .auth, .mail, .rcpt, .data, .dot, .quit, .idle:
            let reply = "\(state.stage.wrongReply) \(credentials)\r\n"
            send(reply + reply, context)
        }
    }

    /// Lines none of which can be a reply.
    private func garbage(_ random: inout HostileRandom) -> [UInt8] {
        var bytes: [UInt8] = []
        for _ in 0..<100 {
            bytes.append(UInt8.random(in: 0x80...0xFF, using: &random))
            // A line feed within a line would let chance make a reply of the rest.
            for _ in 0..<Int.random(in: 0...80, using: &random) {
                bytes.append(.random(in: 0x0B...0xFF, using: &random))
            }
            bytes += [0x0D, 0x0A]
        }
        return bytes
    }

    private func close(_ context: ChannelHandlerContext, _ random: inout HostileRandom) {
        switch Int.random(in: 0..<3, using: &random) {
        case 0: break
        case 1 where state.stage.isSecured:
            tls?.sendCloseNotify()
            flush(context)
        case _ where state.stage == .idle:
            // RST would overtake the 250 of the message.
            break
        default:
            _ = (context.channel as? any SocketOptionProvider)?.setSoLinger(linger(l_onoff: 1, l_linger: 0))
        }
        context.close(promise: nil)
    }

    // MARK: Drips

    private func dripBytes(_ rest: ArraySlice<UInt8>, _ context: ChannelHandlerContext) {
        let text = state.stage.isSecured ? Array("\(state.stage.code)-more\r\n".utf8) : [0x16, 3, 3, 0x40, 0]
        var position = 0
        var rest = rest
        repeatedly(context) { [weak self] context in
            guard let byte = rest.popFirst() ?? text.dropFirst(position % text.count).first else { return }
            position += 1
            self?.sendBelow([byte], context)
        }
    }

    private func repeatedly(
        _ context: ChannelHandlerContext,
        _ body: @escaping (ChannelHandlerContext) -> Void
    ) {
        let context = NIOLoopBound(context, eventLoop: context.eventLoop)
        let body = NIOLoopBound(body, eventLoop: context.value.eventLoop)
        drip = context.value.eventLoop.scheduleRepeatedTask(initialDelay: .zero, delay: Self.dripInterval) { _ in
            body.value(context.value)
        }
    }

    // MARK: Floods

    private func floodChunk() -> [UInt8] {
        let unit: [UInt8] =
            switch state.stage {
            // Handshake records of zeros.
            case .connect: [0x16, 3, 3, 0x10, 0] + [UInt8](repeating: 0, count: 0x1000)
            // TLS 1.3 ignores change_cipher_spec within a handshake (RFC 8446 §5).
            case .tls: [0x14, 3, 3, 0, 1, 1]
            case .ehlo: Array("250-AUTH \((0..<60).map { "WORD-\($0)" }.joined(separator: " "))\r\n".utf8)
            case .greeting, .auth, .mail, .rcpt, .data, .dot, .quit, .idle: Array("\(state.stage.code)-more\r\n".utf8)
            }
        return Array(repeatElement(unit, count: Self.chunk / unit.count + 1).joined())
    }

    private func startHugeMessage(_ context: ChannelHandlerContext) {
        switch state.stage {
        case .connect, .tls:
            // A certificate of 16 MiB, in records of 16 KiB (RFC 5246 §7.4.2).
            let record: [UInt8] = [0x16, 3, 3, 0x40, 0]
            let size = 0x4000
            sendRaw(record + [0x0B, 0xFF, 0xFF, 0xFF] + [UInt8](repeating: 0, count: size - 4), context)
            startFlood(context, record + [UInt8](repeating: 0, count: size))
        case .greeting, .ehlo, .auth, .mail, .rcpt, .data, .dot, .quit, .idle:
            let word = state.stage == .ehlo ? " PLAIN LOGIN" : " words"
            send(state.stage == .ehlo ? "250 AUTH" : "\(state.stage.code)", context)
            startFlood(context, Array(String(repeating: word, count: Self.chunk / word.utf8.count).utf8))
        }
    }

    private func startFlood(_ context: ChannelHandlerContext, _ chunk: [UInt8]) {
        source = { [weak self] in
            guard let self, self.state.stage.isSecured else { return chunk }
            self.tls?.write(chunk)
            return self.tls?.takeOutput() ?? []
        }
        pump(context)
    }

    private func startRecordFlood(_ context: ChannelHandlerContext, _ record: HostileTLS.EmptyRecord) {
        // What the client answers stays in the sockets.
        try? context.channel.syncOptions?.setOption(.autoRead, value: false)
        source = { [weak self] in
            for _ in 0..<200 { self?.addRecord(record) }
            return self?.tls?.takeOutput() ?? []
        }
        pump(context)
    }

    private func addRecord(_ record: HostileTLS.EmptyRecord) {
        // No cell asks for a record that its TLS version lacks.
        if tls?.add(record) != true { source = nil }
    }

    /// Writes as much as the socket takes, then waits for room.
    func pump(_ context: ChannelHandlerContext) {
        guard !isFlooding else { return }
        isFlooding = true
        defer { isFlooding = false }
        for _ in 0..<Self.writesPerTick {
            guard context.channel.isActive, context.channel.isWritable, let bytes = source?(), !bytes.isEmpty else {
                return
            }
            sendRaw(bytes, context)
        }
        let bound = NIOLoopBound((self, context), eventLoop: context.eventLoop)
        context.eventLoop.execute { bound.value.0.pump(bound.value.1) }
    }

    // MARK: Inside

    /// Sends through TLS where it is established, below it before.
    private func sendBelow(_ bytes: [UInt8], _ context: ChannelHandlerContext) {
        guard state.stage.isSecured else { return sendRaw(bytes, context) }
        tls?.write(bytes)
        flush(context)
    }

    /// The first TLS record: the ServerHello.
    private static func firstRecord(of flight: [UInt8]) -> [UInt8] {
        guard flight.count > 5 else { return flight }
        return Array(flight.prefix(5 + Int(flight[3]) << 8 + Int(flight[4])))
    }
}

/// SplitMix64: the same choices for the same seed.
struct HostileRandom: RandomNumberGenerator {
    var state: UInt64

    mutating func next() -> UInt64 {
        state &+= 0x9E37_79B9_7F4A_7C15
        var mixed = state
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return mixed ^ (mixed >> 31)
    }
}
