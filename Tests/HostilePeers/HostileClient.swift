public import NIOCore
internal import NIOPosix

/// What a broken or hostile client does with a connection.
public enum HostileClient: CaseIterable, Sendable {
    case binary, endlessLine, wrongOrder, http, tls, slowLoris, halfClosed, vanishing, notReading, endlessRecipients
    case endlessHeader, flood

    /// The number of connections that a flood opens at once.
    private static let floodSize = 40

    /// The kind whose turn it is: one after the other, with a flood, which is of many sessions, once in a while.
    ///
    /// - Returns: nil where a flood would come too soon.
    public init?(turn: Int) {
        self = Self.allCases[turn % Self.allCases.count]
        guard self != .flood || turn.isMultiple(of: 20 * Self.allCases.count) else { return nil }
    }

    /// Connects, misbehaves, and reads the replies until the connection ends.
    ///
    /// - Parameters:
    ///   - port: on the loopback.
    ///   - random: decides where the client has a choice.
    /// - Returns: all that was received; nil if the connection failed.
    public func run(
        port: Int,
        using random: consuming some RandomNumberGenerator,
        on group: any EventLoopGroup
    ) async -> [UInt8]? {
        guard self != .flood else {
            return await withTaskGroup(of: [UInt8]?.self) { tasks in
                for _ in 0..<Self.floodSize {
                    tasks.addTask { await Self.converse(port, group, [], patience: .milliseconds(100)) }
                }
                var heard: [UInt8]?
                for await answer in tasks { if let answer { heard = (heard ?? []) + answer } }
                return heard
            }
        }
        let mail = "MAIL FROM:<a@example.test>\r\nRCPT TO:<nobody@example.test>\r\n"
        let text: [UInt8]
        switch self {
        case .binary: text = (0..<4000).map { _ in UInt8.random(in: .min ... .max, using: &random) }
        case .endlessLine: text = [UInt8](repeating: UInt8(ascii: "x"), count: 200_000)
        case .wrongOrder:
            let lines = [
                "DATA", "RCPT TO:<a@b.test>", "RSET", "MAIL FROM:<>", "MAIL FROM:<>", "QUIT x", "EHLO", "BDAT 1",
            ]
            text = Array((0..<30).map { _ in lines.randomElement(using: &random) ?? "" }.joined(separator: "\r\n").utf8)
        case .http: text = Array("POST / HTTP/1.1\r\nHost: relay\r\n\r\nMAIL FROM:<a@b.test>\r\n".utf8)
        case .tls:
            text =
                [0x16, 0x03, 0x01, 0x02, 0x00, 0x01, 0x00, 0x01, 0xFC, 0x03, 0x03] + [UInt8](repeating: 7, count: 500)
        case .slowLoris: text = Array("M".utf8)
        case .halfClosed: text = Array("\(mail)DATA\r\nSubject: half".utf8)
        case .vanishing: text = Array("\(mail)DATA\r\n".utf8)
        case .notReading: text = Array(String(repeating: "HELP\r\n", count: 3000).utf8)
        case .endlessRecipients:
            text = Array((mail + String(repeating: "RCPT TO:<nobody@example.test>\r\n", count: 500)).utf8)
        case .endlessHeader: text = Array("\(mail)DATA\r\nSubject: \(String(repeating: "y", count: 50_000))".utf8)
        case .flood: text = []
        }
        let patience: TimeAmount? = self == .vanishing || self == .notReading ? .milliseconds(20) : nil
        return await Self.converse(port, group, text, patience: patience, endsInput: self == .halfClosed)
    }

    /// - Parameter patience: how long it stays; nil until the relay closes the connection.
    private static func converse(
        _ port: Int,
        _ group: any EventLoopGroup,
        _ text: [UInt8],
        patience: TimeAmount?,
        endsInput: Bool = false
    ) async -> [UInt8]? {
        let connected = try? await ClientBootstrap(group: group)
            .channelOption(.allowRemoteHalfClosure, value: true)
            .connect(host: "127.0.0.1", port: port) { channel in
                channel.eventLoop.makeCompletedFuture {
                    if let patience { channel.eventLoop.scheduleTask(in: patience) { channel.close(promise: nil) } }
                    return try NIOAsyncChannel<ByteBuffer, ByteBuffer>(
                        wrappingChannelSynchronously: channel,
                        configuration: .init(isOutboundHalfClosureEnabled: true)
                    )
                }
            }
        guard let channel = connected else { return nil }
        var heard: [UInt8] = []
        try? await channel.executeThenClose { inbound, outbound in
            if !text.isEmpty { try? await outbound.write(ByteBuffer(bytes: text)) }
            if endsInput { outbound.finish() }
            for try await bytes in inbound where heard.count < 1 << 20 { heard += bytes.readableBytesView }
        }
        return heard
    }
}
