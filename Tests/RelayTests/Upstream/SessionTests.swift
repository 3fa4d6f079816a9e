import DestinationModel
import DestinationSources
import Logging
import NIOCore
import NIOEmbedded
import TestSupport
import Testing
import UpstreamPool

@testable import Relay
@testable import SMTP
@testable import TLS

/// A session by itself, without TLS below it, the mail server's words given by the test.
@Suite struct SessionTests {
    private final class Owner: SessionOwner {
        var told: [String] = []
        var confirmations = 0

        func sessionEstablished(_ session: Session) { told.append("established") }
        func sessionConfirmed(_ session: Session) { confirmations += 1 }
        func sessionFailed(_ session: Session, _ failure: UpstreamFailure) { told.append("failed") }
        func sessionFreed(_ session: Session) { told.append("freed") }
        func sessionBroken(_ session: Session) { told.append("broken") }
        func sessionProbed(_ session: Session, isAlive: Bool) { told.append("probed \(isAlive)") }
        func sessionClosed(_ session: Session, wasCut: Bool) { told.append(wasCut ? "cut" : "closed") }
    }

    private final class User: SessionUser {
        var told: [String] = []

        func sessionReplied(_ expectation: ClientExpectation, _ reply: Reply) {
            told.append("\(expectation) \(reply.code)")
        }
        func sessionLost(_ failure: UpstreamFailure) { told.append("lost") }
        func sessionWritabilityChanged() {}
    }

    /// Stands where TLS does, and notes how the session wants to be closed.
    private final class Closings: ChannelOutboundHandler {
        typealias OutboundIn = ByteBuffer

        var told: [String] = []
        /// Whether a close comes to nothing, as where the peer doesn't take what is still to be sent.
        var isStuck = false

        func close(context: ChannelHandlerContext, mode: CloseMode, promise: EventLoopPromise<Void>?) {
            told.append("with a goodbye")
            guard !isStuck else { return }
            context.close(mode: mode, promise: promise)
        }

        func triggerUserOutboundEvent(
            context: ChannelHandlerContext,
            event: Any,
            promise: EventLoopPromise<Void>?
        ) {
            told.append(event is TLSAbruptClose ? "abruptly" : "\(event)")
            context.close(mode: .all, promise: promise)
        }
    }

    private let closings = Closings()
    private let owner = Owner()
    private let channel = EmbeddedChannel()
    private let session: Session
    private let key: UpstreamKey
    private let sender = EnvelopeAddress(path: EnvelopePath(mailbox: "a@example.com"), parameters: [])

    init() throws {
        var machine = RoutePool.Machine(limits: PoolLimits())
        let actions = machine.acquire(1, at: .now)
        guard case .open(let id)? = actions.first else { throw ChannelError.inappropriateOperationForState }
        let destination = MailDestination(name: "mail", host: "mail.example", ioTimeout: .seconds(20))
        key = UpstreamKey(
            route: try TestRelay.route(),
            generation: DestinationGeneration(1),
            destination: destination
        )
        let target = UpstreamTarget(
            key: key,
            tls: try TLSClientContext(TLSClientConfiguration()),
            fetchedAt: .now,
            origin: DestinationOrigin("one")
        )
        session = Session(
            id: id,
            target: target,
            configuration: target.clientConfiguration(name: "relay.example", credentials: .none),
            token: nil,
            logger: LogCollector().logger
        )
        try channel.pipeline.syncOperations.addHandlers([closings, session])
        try session.adopt(by: owner)
        channel.connect(to: try SocketAddress(ipAddress: "127.0.0.1", port: 1), promise: nil)
    }

    private func say(_ text: String) throws {
        try channel.writeInbound(ByteBuffer(string: text))
    }

    /// What the session has sent since the last call.
    private func sent() throws -> String {
        var text = ""
        while let bytes = try channel.readOutbound(as: ByteBuffer.self) { text += String(buffer: bytes) }
        return text
    }

    private func establish() throws {
        try say("220 hello\r\n")
        try say("250-hello\r\n250 PIPELINING\r\n")
        #expect(try sent() == "EHLO relay.example\r\n")
        #expect(owner.told == ["established"])
    }

    // MARK: Acknowledgements

    /// What the kernel is asked for while `read` runs.
    private func acknowledgesNow(_ read: () throws -> Void) throws -> Bool {
        let options = try #require(channel.syncOptions)
        try options.setOption(.quickAcknowledgement, value: 0)
        try read()
        return try options.getOption(.quickAcknowledgement) == 1
    }

    @Test("A reply is acknowledged at once while another is due, and a line while its reply goes on")
    func acknowledgements() throws {
        #expect(try acknowledgesNow { try say("220 hello\r\n") })
        #expect(try acknowledgesNow { try say("250-hello\r\n") })
        #expect(try !acknowledgesNow { try say("250 PIPELINING\r\n") })
        #expect(session.lend(to: User(), for: key))
        session.mail(sender)
        session.recipient(sender)
        session.data()
        session.flush()
        #expect(try acknowledgesNow { try say("250 sender ok\r\n") })
        #expect(try acknowledgesNow { try say("250 recipient ok\r\n") })
        #expect(try !acknowledgesNow { try say("354 go\r\n") })
        session.endOfData()
        session.flush()
        #expect(try !acknowledgesNow { try say("250 taken\r\n") })
    }

    // MARK: Time

    /// What the session waits for, and how many seconds.
    enum Stage: String, CaseIterable {
        case greeting, ehlo, mail, data, endOfData, probe

        var limit: Int { self == .probe ? 10 : 20 }
    }

    /// What trickles in meanwhile, once a second.
    enum Trickle: String, CaseIterable {
        case nothing, records, bytes, lines
    }

    private func advance(to stage: Stage) throws {
        channel.pipeline.fireUserInboundEventTriggered(
            TLSHandshakeCompleted(version: .v1_3, cipher: "", resumed: false, serverName: nil, clientCertificate: nil)
        )
        guard stage != .greeting else { return }
        guard stage != .ehlo else { return try say("220 hello\r\n") }
        try establish()
        guard stage != .probe else { return session.probe() }
        #expect(session.lend(to: User(), for: key))
        session.mail(sender)
        session.flush()
        guard stage != .mail else { return }
        session.data()
        try say("250 ok\r\n")
        session.flush()
        guard stage != .data else { return }
        session.endOfData()
        try say("354 go\r\n")
        session.flush()
    }

    private func trickle(_ trickle: Trickle, _ second: Int) throws {
        switch trickle {
        case .nothing: break
        case .records: channel.pipeline.fireChannelReadComplete()
        case .bytes: try say(second == 0 ? "250 " : "x")
        case .lines: try say("250-more\r\n")
        }
    }

    @Test("What trickles in doesn't move a deadline", arguments: Stage.allCases, Trickle.allCases)
    func deadline(stage: Stage, trickle kind: Trickle) throws {
        try advance(to: stage)
        for second in 0..<stage.limit {
            #expect(closings.told.isEmpty, "after \(second) s")
            try trickle(kind, second)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(closings.told.count == 1)
    }

    @Test("Plain text that trickles in instead of TLS doesn't move the limit for TLS")
    func plaintext() throws {
        for second in 0..<10 {
            #expect(closings.told.isEmpty, "after \(second) s")
            let line = TLSPlaintextReceived(bytes: ByteBuffer(string: "421-more\r\n"))
            channel.pipeline.fireUserInboundEventTriggered(line)
            channel.pipeline.fireChannelReadComplete()
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(closings.told == ["with a goodbye"])
        #expect(owner.told == ["failed"])
        #expect(try sent() == "")
    }

    @Test(
        "The owner hears of the end when the channel is closed: a few seconds after QUIT",
        arguments: Trickle.allCases
    )
    func quit(trickle kind: Trickle) throws {
        try establish()
        session.quit()
        #expect(try sent() == "QUIT\r\n")
        for second in 0..<5 {
            #expect(closings.told.isEmpty && owner.told == ["established"], "after \(second) s")
            try trickle(kind, second)
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(closings.told == ["abruptly"])
        #expect(owner.told == ["established", "closed"])
    }

    @Test("A close that doesn't come to its end is followed by a hard one")
    func stuckClose() throws {
        try establish()
        closings.isStuck = true
        try say("421 idle for too long\r\n")
        #expect(owner.told == ["established", "broken"])
        for _ in 0..<5 {
            #expect(closings.told == ["with a goodbye"])
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
            channel.pipeline.fireChannelReadComplete()
        }
        #expect(closings.told == ["with a goodbye", "abruptly"])
        #expect(owner.told == ["established", "broken", "closed"])
    }

    @Test("A server that takes none of the message ends the session, one that takes some has as long again")
    func blocked() throws {
        try establish()
        let user = User()
        #expect(session.lend(to: user, for: key))
        session.data()
        try say("354 go\r\n")
        for _ in 0..<3 {
            channel.isWritable = false
            channel.pipeline.fireChannelWritabilityChanged()
            channel.embeddedEventLoop.advanceTime(by: .seconds(19))
            channel.isWritable = true
            channel.pipeline.fireChannelWritabilityChanged()
        }
        #expect(closings.told.isEmpty)
        channel.isWritable = false
        channel.pipeline.fireChannelWritabilityChanged()
        for _ in 0..<20 {
            #expect(closings.told.isEmpty)
            session.content(ByteBuffer(string: "more\r\n"))
            session.flush()
            channel.embeddedEventLoop.advanceTime(by: .seconds(1))
        }
        #expect(closings.told == ["abruptly"])
        #expect(user.told == ["data 354", "lost"])
    }

    @Test("A session with as many RSETs as the server allows isn't probed: it ends")
    func lastProbe() throws {
        try establish()
        for _ in 0..<11 {
            session.probe()
            #expect(try sent() == "RSET\r\n")
            try say("250 ok\r\n")
        }
        #expect(owner.told == ["established"] + Array(repeating: "probed true", count: 11))
        session.probe()
        #expect(try sent() == "")
        #expect(owner.told.last == "probed false")
    }

    @Test("A broken-off transaction ends a session with as many RSETs as the server allows")
    func lastReset() throws {
        try establish()
        for _ in 0..<11 {
            #expect(session.lend(to: User(), for: key))
            session.giveBack(needsReset: true)
            #expect(try sent() == "RSET\r\n")
            try say("250 ok\r\n")
            #expect(owner.told.last == "freed")
        }
        #expect(session.lend(to: User(), for: key))
        session.giveBack(needsReset: true)
        #expect(try sent() == "QUIT\r\n")
        try say("221 bye\r\n")
        #expect(owner.told.last == "closed")
    }

    // MARK: Users

    /// Whatever goes wrong around it: nobody sends as whom he isn't.
    @Test(arguments: ["another tenant", "another generation", "another login"])
    func itIsLentForItsOwnKeyAlone(what: String) throws {
        try establish()
        var destination = key.destination
        if what == "another login" { destination.host = "other.example" }
        let other = UpstreamKey(
            route: what == "another tenant" ? try TestRelay.route(tenant: "other") : key.route,
            generation: what == "another generation" ? DestinationGeneration(2) : key.generation,
            destination: destination
        )
        let user = User()
        #expect(!session.lend(to: user, for: other))
        #expect(closings.told == ["abruptly"])
        #expect(owner.told == ["established", "cut"])
        #expect(user.told.isEmpty)
    }

    /// The next user must not hear what the mail server had to say to the one before.
    @Test func aReplyThatIsStillDueIsNotGivenToTheNext() throws {
        try establish()
        let first = User()
        #expect(session.lend(to: first, for: key))
        session.mail(sender)
        session.recipient(sender)
        session.flush()
        try say("550 not you\r\n")
        session.giveBack(needsReset: false)
        #expect(owner.told == ["established"])
        try say("503 MAIL first\r\n")
        #expect(try sent().hasSuffix("RSET\r\n"))
        #expect(owner.told == ["established"])
        try say("250 reset\r\n")
        #expect(owner.told == ["established", "freed"])
        #expect(first.told == ["mail 550"])
    }

    /// Goodbye might be taken for the end of the message, whoever it is that gives up.
    @Test(arguments: [true, false])
    func inTheMidstOfAMessageNoGoodbyeIsSaid(isCut: Bool) throws {
        try establish()
        let user = User()
        #expect(session.lend(to: user, for: key))
        session.mail(sender)
        session.recipient(sender)
        session.data()
        session.flush()
        try say("250 ok\r\n250 ok\r\n354 go on\r\n")
        session.content(ByteBuffer(string: "half a message\r\n"))
        session.flush()
        if isCut {
            session.cut()
        } else {
            try say("451 out of space\r\n")
        }
        #expect(closings.told == ["abruptly"])
        #expect(try !sent().contains("\r\n.\r\n"))
    }

    @Test func whatTheOwnerMissedBeforeItAdoptedIsTold() throws {
        _ = try channel.finish(acceptAlreadyClosed: true)
        #expect(owner.told == ["failed"])
        #expect(throws: UpstreamFailure.self) { try session.adopt(by: owner) }
    }

    @Test func aReplyThatNobodyAskedForEndsTheSession() throws {
        try establish()
        try say("421 4.4.2 idle for too long\r\n")
        channel.embeddedEventLoop.run()
        #expect(owner.told == ["established", "broken", "closed"])
    }

    @Test func afterTheEndNothingIsWrittenAndNobodyIsTold() throws {
        try establish()
        let user = User()
        #expect(session.lend(to: user, for: key))
        _ = try channel.finish(acceptAlreadyClosed: true)
        channel.embeddedEventLoop.run()
        #expect(user.told == ["lost"])
        session.mail(sender)
        session.flush()
        session.giveBack(needsReset: true)
        session.cut()
        session.quit()
        #expect(owner.told == ["established", "closed"])
        #expect(user.told == ["lost"])
    }
}
