import NIOCore
import Testing

@testable import SMTP

@Suite("Server: replies that the application doesn't read")
struct UnreadReplyTests {
    @Test("no further command is carried out until the application reads")
    func commands() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.block(true) == [])
        #expect(bench.send("RCPT TO:<e@f>", "RSET", "NOOP") == [])
        #expect(bench.block(false) == ["rcpt <e@f>"])
        #expect(bench.block(true) == [])
        #expect(bench.reply(.recipient, 250, "ok") == ["< 250 ok"])
        #expect(bench.block(false) == ["give back, reset", "= abandoned recipient", "< 250 2.0.0 OK\n250 2.0.0 OK"])
    }

    @Test("a failed transaction repeats a long reply only while the application reads")
    func bytes() {
        var bench = ServerSituation.recipientAccepted.bench()
        let long = Reply(
            code: 451,
            lines: Array(repeating: Array(repeating: UInt8(ascii: "a"), count: 1000), count: 64)
        )
        _ = bench.run()
        bench.machine.sessionLost(long)
        _ = bench.run()
        bench.machine.receive(ByteBuffer(string: String(repeating: "RCPT TO:<b@x>\r\n", count: 1000)))
        var bytes = 0
        while let action = bench.machine.nextAction() {
            guard case .reply(let reply) = action else { continue }
            bytes += reply.readableBytes
            bench.machine.repliesBlocked(true)
        }
        #expect(bytes > 64_000)
        #expect(bytes < 3 * 65_000)
    }

    @Test("a message's content flows on to its end")
    func content() {
        var bench = ServerSituation.content.bench()
        _ = bench.block(true)
        #expect(bench.send("more", ".", "NOOP") == ["content more", "dot"])
        #expect(bench.reply(.endOfData, 250, "ok").contains("< 250 ok"))
        #expect(bench.block(false) == ["< 250 2.0.0 OK"])
    }

    @Test("commands before the end of the input are carried out when the application reads")
    func inputEnd() {
        var bench = ServerSituation.idle.bench()
        _ = bench.block(true)
        #expect(bench.send("NOOP") == [])
        #expect(bench.endInput() == [])
        #expect(bench.block(false) == ["< 250 2.0.0 OK", "close"])
    }

    @Test("more than 256 KiB of unread replies end the connection, once")
    func limit() {
        var bench = ServerSituation.mailAccepted.bench()
        #expect(bench.unread(256 << 10) == [])
        #expect(bench.unread((256 << 10) + 1) == ["give back, reset", "= abandoned recipient", "abort"])
        #expect(bench.machine.takeLimitsReached() == [.unreadReplies])
        #expect(bench.unread((256 << 10) + 1) == [])
        #expect(bench.machine.takeLimitsReached() == [])
    }

    @Test("a message whose verdict is due keeps its session over the end of the connection")
    func verdict() {
        var bench = ServerSituation.verdict.bench()
        #expect(bench.unread((256 << 10) + 1) == ["abort"])
        #expect(bench.reply(.endOfData, 250, "ok").first == "give back")
    }
}
