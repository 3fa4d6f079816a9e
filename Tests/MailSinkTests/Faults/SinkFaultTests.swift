import TLS
import Testing

@testable import MailSink

@Suite struct SinkFaultTests {
    private func startMail(_ client: RawClient) async throws {
        client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
        try await client.expect("354 ")
        client.send("x\r\n.\r\n")
    }

    @Test func repliesToSomeRecipients() async throws {
        try await withSink { sink in
            sink.script.add(
                SinkFault(at: .recipient, matching: .localPart("reject550"), .reply(550, "5.1.1", "no such user"))
            )
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await client.say("MAIL FROM:<a@b>", "250 ")
            try await client.say("RCPT TO:<Reject550@d>", "550 5.1.1 no such user")
            try await client.say("RCPT TO:<c@d>", "250 ")
            try await client.say("DATA", "354 ")
            try await client.say(".", "250 ")
            #expect(sink.mails.first?.envelope.recipients.map(\.address) == ["c@d"])
            #expect(sink.script.strikes(at: .recipient) == 1)
        }
    }

    @Test func strikesAtTheNthTimeOnly() async throws {
        try await withSink { sink in
            sink.script.add(SinkFault(at: .mail, skipping: 1, times: 1, .reply(451, "4.7.0", "later")))
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            for code in [250, 451, 250] {
                try await client.say("MAIL FROM:<a@b>", "\(code) ")
                try await client.say("RSET", "250 ")
            }
        }
    }

    @Test(arguments: [
        (SinkStage.greeting, "554 5.0.0 no"), (.hello, "554 5.0.0 no"), (.authentication, "554 5.0.0 no"),
        (.mail, "554 5.0.0 no"), (.recipient, "554 5.0.0 no"), (.data, "554 5.0.0 no"), (.endOfData, "554 5.0.0 no"),
        (.reset, "554 5.0.0 no"), (.noop, "554 5.0.0 no"), (.quit, "554 5.0.0 no"), (.connect, "554 5.0.0 no"),
    ])
    func repliesAtEveryStage(stage: SinkStage, reply: String) async throws {
        try await withSink { sink in
            sink.script.add(SinkFault(at: stage, .answerAndClose(SinkReply(554, "5.0.0", "no"), .orderly)))
            let client = try await RawClient.connect(port: sink.port)
            client.send("EHLO x\r\nAUTH PLAIN AGFubgBzZWNyZXQ=\r\nNOOP\r\nRSET\r\nMAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\n")
            client.send("DATA\r\n.\r\nQUIT\r\n")
            try await client.expect(reply)
            try await client.expectClose()
            #expect(sink.mails.count == (stage == .quit ? 1 : 0))
        }
    }

    @Test func sendsGarbageLongLinesAndManyLines() async throws {
        try await withSink { sink in
            let long = String(repeating: "x", count: 10_000)
            sink.script.add(SinkFault(at: .noop, times: 1, .send(Array("\u{7}garbage\r\n".utf8))))
            sink.script.add(SinkFault(at: .noop, times: 1, .reply(250, nil, long)))
            sink.script.add(SinkFault(at: .noop, times: 1, .answer(SinkReply(250, "2.0.0", lines: ["a", "b"]))))
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await client.say("NOOP", "\u{7}garbage\r\n")
            try await client.say("NOOP", "250 \(long)\r\n")
            try await client.say("NOOP", "250-2.0.0 a\r\n250 2.0.0 b\r\n")
        }
    }

    @Test(arguments: [
        (SinkFault.Action.close(.abrupt), 0), (.closeInsteadOfReply(.abrupt), 1), (.closeAfterReply(.orderly), 1),
        (.close(.reset), 0),
    ])
    func closesAtTheEndOfData(action: SinkFault.Action, mails: Int) async throws {
        try await withSink { sink in
            sink.script.add(SinkFault(at: .endOfData, action))
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await startMail(client)
            try await client.expectClose()
            #expect(sink.counters.mails == mails)
        }
    }

    @Test(arguments: [(SinkFault.Closing.orderly, false), (.abrupt, true)])
    func closesTLSWithAndWithoutNotice(closing: SinkFault.Closing, isUnclean: Bool) async throws {
        let authority = try TestAuthority()
        let context = try authority.clientContext()
        try await withSink(tls: authority.serverContext()) { sink in
            sink.script.add(SinkFault(at: .noop, .closeAfterReply(closing)))
            let client = try await RawClient.connect(port: sink.port, tls: context)
            try await client.logIn()
            try await client.say("NOOP", "250 ")
            try await client.expectClose()
            #expect(
                client.seen.current.errors.contains { $0.contains("close_notify") } == isUnclean,
                "\(client.seen.current.errors)"
            )
        }
    }

    @Test func stallsUntilReleased() async throws {
        try await withSink { sink in
            let gate = SinkGate()
            sink.script.add(SinkFault(at: .endOfData, times: 1, .stall(gate)))
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await startMail(client)
            try await gate.waitForArrivals()
            #expect(sink.counters.mails == 0)
            gate.open()
            try await client.expect("250 2.0.0")
            #expect(sink.counters.mails == 1)
        }
    }

    @Test(arguments: [SinkStage.connect, .greeting, .content])
    func stallsWhereNothingWasAsked(stage: SinkStage) async throws {
        try await withSink { sink in
            let gate = SinkGate()
            sink.script.add(SinkFault(at: stage, times: 1, .stall(gate)))
            let client = try await RawClient.connect(port: sink.port)
            if stage == .content {
                try await client.logIn()
                try await startMail(client)
            }
            try await gate.waitForArrivals()
            #expect(sink.counters.mails == 0)
            gate.open()
            try await client.expect(stage == .content ? "250 2.0.0" : "220 ")
        }
    }

    @Test func stopsReading() async throws {
        try await withSink { sink in
            let gate = SinkGate()
            sink.script.add(SinkFault(at: .data, times: 1, .stopReading(gate)))
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await startMail(client)
            try await gate.waitForArrivals()
            let size = 32 * 1024 * 1024
            client.send(String(repeating: "y", count: size))
            #expect(sink.counters.mails == 0)
            gate.open()
            try await client.expect("250 2.0.0")
        }
    }

    @Test func turnsAwayTooManySessions() async throws {
        try await withSink { sink in
            sink.sessionLimit = 1
            let first = try await RawClient.connect(port: sink.port)
            try await first.expect("220 ")
            let second = try await RawClient.connect(port: sink.port)
            try await second.expect("421 4.7.0")
            try await second.expectClose()
            try await first.say("NOOP", "250 ")
        }
    }

    @Test func closesIdleSessionsOnly() async throws {
        try await withSink { sink in
            let idle = try await RawClient.connect(port: sink.port)
            let busy = try await RawClient.connect(port: sink.port)
            try await idle.logIn()
            try await busy.logIn()
            try await busy.say("MAIL FROM:<a@b>", "250 ")
            sink.closeIdleSessions(saying: SinkReply(421, "4.4.2", "idle for too long"))
            try await idle.expect("421 4.4.2")
            try await idle.expectClose()
            try await busy.say("RCPT TO:<c@d>", "250 ")
            await sink.closeSessions(.abrupt)
            try await busy.expectClose()
        }
    }

    @Test func refusesLoginsOnDemand() async throws {
        try await withSink { sink in
            sink.accounts.refuseNextLogins(1)
            let client = try await RawClient.connect(port: sink.port)
            try await client.expect("220 ")
            try await client.say("EHLO x", "250 AUTH")
            let token = "dXNlcj1hbm4BYXV0aD1CZWFyZXIgZ29vZC10b2tlbgEB"
            try await client.say("AUTH XOAUTH2 \(token)", "334 ")
            try await client.say("", "535 5.7.8")
            try await client.say("AUTH XOAUTH2 \(token)", "235 ")
            #expect(sink.counters.refusedLogins == 1)
            #expect(sink.counters.logins == [SinkLogin(user: "ann", mechanism: .xoauth2): 1])
        }
    }
}
