import NIOCore
import Testing

@testable import SMTP

/// Every request in every state of a session, with a server that pipelines and one that doesn't.
@Suite("Client: every request in every state")
struct ClientRequestTests {
    enum Situation: String, CaseIterable, Sendable {
        case greeting, ehlo, authenticating, ready, awaiting, text, failed, left

        /// A session that has come to be in this situation.
        func bench(pipelining: Bool) -> ClientBench {
            var bench = ClientBench(.password(user: "u", password: "p"))
            let capabilities = ["250-mail"] + (pipelining ? ["250-PIPELINING"] : []) + ["250 AUTH PLAIN"]
            func receive(_ lines: String...) { for line in lines { _ = bench.receive(line) } }
            if self == .greeting { return bench }
            receive("220 hi")
            if self == .ehlo { return bench }
            capabilities.forEach { receive($0) }
            switch self {
            case .greeting, .ehlo, .authenticating: break
            case .failed: receive("535 no")
            case .ready: receive("235 in")
            case .awaiting:
                receive("235 in")
                _ = bench.ask { $0.mail(.of("<a@b>")) }
            case .text:
                receive("235 in")
                _ = bench.ask { $0.data() }
                receive("354 go")
            case .left:
                receive("235 in")
                _ = bench.ask { $0.quit() }
                receive("221 bye")
            }
            return bench
        }
    }

    enum Request: String, CaseIterable, Sendable {
        case mail, recipient, data, content, endOfData, reset, quit

        func ask(_ machine: inout ClientMachine) {
            switch self {
            case .mail: machine.mail(.of("<a@b>"))
            case .recipient: machine.recipient(.of("<c@d>"))
            case .data: machine.data()
            case .content: machine.content(ByteBuffer(string: "x\r\n"))
            case .endOfData: machine.endOfData()
            case .reset: machine.reset()
            case .quit: machine.quit()
            }
        }

        var line: String {
            switch self {
            case .mail: "> MAIL FROM:<a@b>"
            case .recipient: "> RCPT TO:<c@d>"
            case .data: "> DATA"
            case .content: "> x"
            case .endOfData: "> ."
            case .reset: "> RSET"
            case .quit: "> QUIT"
            }
        }
    }

    @Test("Sent at once, held, or ignored", arguments: Situation.allCases, Request.allCases)
    func whatBecomesOfIt(situation: Situation, request: Request) {
        for pipelining in [true, false] {
            var bench = situation.bench(pipelining: pipelining)
            let lines = bench.ask { request.ask(&$0) }
            let expected: [String] =
                switch (situation, request) {
                // Nothing goes out on a session that is over.
                case (.failed, _), (.left, _): []
                // Text waits for nothing: it is asked for behind a 354 only.
                case (_, .content): [request.line]
                // What comes too early waits for the login.
                case (.greeting, _), (.ehlo, _), (.authenticating, _): []
                case (.ready, _), (.text, _): [request.line]
                case (.awaiting, _): pipelining ? [request.line] : []
                }
            #expect(lines == expected, "pipelining: \(pipelining)")
        }
    }

    @Test("What was held goes out when its time has come", arguments: Request.allCases)
    func held(request: Request) {
        guard request != .content else { return }
        var early = Situation.authenticating.bench(pipelining: true)
        _ = early.ask { request.ask(&$0) }
        #expect(early.receive("235 in") == ["established", request.line])
        var later = Situation.awaiting.bench(pipelining: false)
        _ = later.ask { request.ask(&$0) }
        #expect(later.receive("250 ok") == ["mail: 250 ok", request.line])
    }

    @Test("A session that is over expects nothing", arguments: [Situation.failed, .left], Request.allCases)
    func over(situation: Situation, request: Request) {
        var bench = situation.bench(pipelining: true)
        _ = bench.ask { request.ask(&$0) }
        #expect(bench.machine.pendingReply?.expectation == nil)
        #expect(bench.receive("250 surprise") == [])
    }
}
