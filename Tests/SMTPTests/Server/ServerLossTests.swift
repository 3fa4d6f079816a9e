import Testing

@testable import SMTP

@Suite("Server: a session that is lost")
struct ServerLossTests {
    @Test("A reused session that dies before a recipient was answered is replaced, and the client hears nothing of it")
    func silentRepetition() {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        #expect(bench.send("RCPT TO:<e@f>") == ["rcpt <e@f>"])
        #expect(bench.lose() == ["borrow replacement"])
        #expect(bench.machine.isWaitingForUpstream)
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "rcpt <e@f>"])
        #expect(bench.send("DATA") == ["data"])
        #expect(bench.reply(.mail, 250, "ok") == [])
        #expect(bench.reply(.recipient, 250, "one") == ["< 250 one"])
        #expect(bench.reply(.recipient, 250, "two") == ["< 250 two"])
        #expect(bench.reply(.data, 354, "go") == ["< 354 go"])
    }

    @Test("DATA that was pipelined is repeated too")
    func silentRepetitionWithData() {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        _ = bench.send("DATA")
        #expect(bench.lose() == ["borrow replacement"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "data"])
        _ = bench.reply(.mail, 250, "ok")
        #expect(bench.reply(.recipient, 250, "r") == ["< 250 r"])
        #expect(bench.reply(.data, 354, "go") == ["< 354 go"])
    }

    @Test("The envelope moves again and again, until its limit is reached", arguments: [true, false])
    func moves(isReused: Bool) {
        var bench = ServerSituation.mailSent.bench(isReused: isReused)
        for _ in 0..<20 {
            #expect(bench.lose("4.4.2 gone") == [isReused ? "borrow replacement" : "borrow another"])
            #expect(bench.machine.isBorrowing)
            #expect(bench.lend(isReused: isReused) == ["mail <a@b>", "rcpt <c@d>"])
        }
        _ = bench.reply(.mail, 250, "ok")
        #expect(bench.lose("4.4.2 gone") == [isReused ? "borrow replacement" : "borrow another"])
        #expect(bench.moveLimit() == ["= failed recipient", "< 451 4.4.2 gone"])
        #expect(bench.send("RCPT TO:<e@f>") == ["< 451 4.4.2 gone"])
        #expect(bench.send("DATA") == ["< 451 4.4.2 gone"])
        #expect(bench.send("RSET") == ["< 250 2.0.0 OK"])
        #expect(bench.send("MAIL FROM:<a@b>") == ["< 250 2.1.0 OK"])
    }

    @Test("Nothing is repeated once a recipient was answered, and so was the client", arguments: [250, 451, 550])
    func afterRecipient(code: Int) {
        var bench = ServerSituation.mailAccepted.bench(isReused: true)
        #expect(bench.send("RCPT TO:<e@f>") == ["rcpt <e@f>"])
        #expect(bench.reply(.recipient, code, "r").last == "< \(code) r")
        #expect(bench.lose("gone") == ["= failed recipient", "< 451 gone"])
        #expect(bench.send("DATA") == ["< 451 gone"])
    }

    @Test("A temporary refusal of MAIL is the last word of a session that had served others and ends then")
    func lastWord() {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        #expect(bench.reply(.mail, 451, "4.4.2 Timeout waiting for data from client.") == [])
        // A further recipient would hear the refusal, which isn't believed yet.
        #expect(bench.send("RCPT TO:<e@f>") == [])
        #expect(bench.lose() == ["borrow replacement"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "rcpt <e@f>"])
        _ = bench.reply(.mail, 250, "ok")
        #expect(bench.reply(.recipient, 250, "r") == ["< 250 r"])
    }

    @Test(
        "A refusal of MAIL stands if the session is new, or the refusal permanent, or the session goes on",
        arguments: [(false, 451, true), (true, 550, true), (true, 451, false)]
    )
    func refusalOfSender(isReused: Bool, code: Int, isLost: Bool) {
        var bench = ServerSituation.mailSent.bench(isReused: isReused)
        #expect(bench.reply(.mail, code, "no") == [])
        let lines = isLost ? bench.lose() : bench.reply(.recipient, 503, "MAIL first")
        #expect(lines.contains("= refused mail") && lines.contains("< \(code) no"))
        #expect(bench.send("RCPT TO:<e@f>") == ["< \(code) no"])
    }

    @Test("Where MAIL is forwarded at once, RSET tells whether its temporary refusal is one", arguments: [true, false])
    func forwardedMailInDoubt(isAlive: Bool) {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        #expect(bench.send("MAIL FROM:<a@b>") == ["borrow"])
        #expect(bench.lend(isReused: true) == ["mail <a@b>"])
        #expect(bench.reply(.mail, 451, "4.4.2 Timeout") == ["reset"])
        #expect(bench.machine.isWaitingForUpstream)
        if isAlive {
            #expect(bench.reply(.reset, 250, "ok") == ["< 451 4.4.2 Timeout", "give back", "= refused mail"])
        } else {
            #expect(bench.lose() == ["borrow replacement"])
            #expect(bench.lend() == ["mail <a@b>"])
            #expect(bench.reply(.mail, 451, "4.4.2 Timeout") == ["< 451 4.4.2 Timeout", "give back", "= refused mail"])
        }
        #expect(!bench.machine.isInTransaction)
    }

    @Test("Where MAIL is forwarded at once, replies to pipelined recipients tell that, and none is lost")
    func forwardedMailInDoubtPipelined() {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        _ = bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>", "DATA")
        _ = bench.lend(isReused: true)
        #expect(bench.reply(.mail, 451, "m") == [])
        #expect(bench.reply(.recipient, 503, "r") == ["< 451 m\n503 r"])
        #expect(bench.reply(.data, 503, "d") == ["give back", "= refused mail", "< 503 d"])
    }

    @Test("Where MAIL is forwarded at once, a session that ends behind its reply is replaced at the first RCPT")
    func forwardedMailAccepted() {
        var bench = ServerBench(answersMailLocally: false)
        _ = bench.connect()
        _ = bench.send("MAIL FROM:<a@b>")
        _ = bench.lend(isReused: true)
        #expect(bench.reply(.mail, 250, "ok") == ["< 250 ok"])
        #expect(bench.lose() == [])
        #expect(!bench.machine.holdsSession)
        #expect(bench.send("RCPT TO:<c@d>") == ["borrow replacement"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>"])
        #expect(bench.reply(.mail, 550, "not you") == [])
        #expect(bench.reply(.recipient, 503, "r") == ["< 550 not you", "give back", "= refused mail"])
    }

    @Test("Another session may offer less: what it can't take is refused at its place among the replies")
    func lessOffered() {
        var less = ServerBench.full
        less.deliveryStatusNotifications = false
        var bench = ServerSituation.mailHeld.bench()
        #expect(bench.send("RCPT TO:<c@d> NOTIFY=NEVER") == ["borrow"])
        _ = bench.lend(isReused: true)
        _ = bench.send("RCPT TO:<e@f>", "RCPT TO:<g@h> NOTIFY=NEVER")
        #expect(bench.lose() == ["borrow replacement"])
        #expect(
            bench.lend(less) == ["! 555", "! 555", "< 555 5.5.4 the mail server behind this port doesn't offer NOTIFY"]
                + ["mail <a@b>", "rcpt <e@f>"]
        )
        _ = bench.reply(.mail, 250, "ok")
        #expect(
            bench.reply(.recipient, 250, "r") == [
                "< 250 r\n555 5.5.4 the mail server behind this port doesn't offer NOTIFY"
            ]
        )
    }

    @Test("A session that can take none of the recipients is given back, and the next recipient gets another")
    func nothingOffered() {
        var bench = ServerSituation.mailHeld.bench()
        _ = bench.send("RCPT TO:<c@d> NOTIFY=NEVER")
        #expect(
            bench.lend(Capabilities()) == [
                "! 555", "< 555 5.5.4 the mail server behind this port doesn't offer NOTIFY", "give back",
            ]
        )
        #expect(bench.send("DATA") == ["< 503 5.5.1 RCPT first"])
        #expect(bench.send("RCPT TO:<c@d>") == ["borrow"])
    }

    @Test("No session for the repetition: the client hears why, at the commands that wait")
    func repetitionDenied() {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        _ = bench.send("RCPT TO:<e@f>", "DATA")
        #expect(bench.lose() == ["borrow replacement"])
        #expect(
            bench.deny(451, "4.4.1 no connection") == [
                "= failed mail", "< 451 4.4.1 no connection\n451 4.4.1 no connection\n451 4.4.1 no connection",
            ]
        )
        var draining = ServerSituation.mailSent.bench(isReused: true)
        _ = draining.lose()
        #expect(draining.deny(421, "4.3.2 stopping") == ["= failed mail", "< 451 4.3.2 stopping"])
    }

    @Test("Lost with pipelined RCPT and DATA and text behind: all replies in order, then 421")
    func lostWithTextWaiting() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.send("RCPT TO:<e@f>", "RCPT TO:<g@h> X=1", "DATA", "text") == ["rcpt <e@f>", "! 555", "data"])
        #expect(
            bench.lose("gone") == [
                "= failed data",
                """
                < 451 gone
                555 5.5.4 the mail server behind this port doesn't offer X
                451 gone
                421 4.5.0 message data received after rejected DATA
                """, "close",
            ]
        )
    }

    @Test("Lost in the midst of the message: the rest is discarded, the client hears 451 at its end")
    func content() {
        var bench = ServerSituation.content.bench()
        #expect(bench.lose("4.4.2 gone") == [])
        #expect(bench.send("more", "QUIT") == [])
        #expect(bench.send(".", "NOOP") == ["< 451 4.4.2 gone", "= failed content", "< 250 2.0.0 OK"])
    }

    @Test("Lost after the final dot: 451, counted apart, not repeated")
    func verdict() {
        var bench = ServerSituation.verdict.bench()
        #expect(bench.lose("4.4.2 gone") == ["= ambiguous", "< 451 4.4.2 gone"])
        #expect(bench.send("NOOP") == ["< 250 2.0.0 OK"])
    }

    @Test(
        "The mail server's 421 becomes a 451, and its session goes",
        arguments: [
            (ServerSituation.mailSent, ClientExpectation.mail, ["cut", "borrow retry"]),
            (.mailAccepted, .recipient, ["cut", "borrow retry"]), (.mailHeld, .mail, []),
            (.recipientAccepted, .recipient, ["cut", "= failed recipient"]),
            (.dataAsked, .data, ["cut", "= failed data", "< 451 4.7.0 busy"]),
            (.content, .endOfData, ["cut"]),
            (.verdict, .endOfData, ["cut", "= refused endOfData", "< 451 4.7.0 busy"]),
            (.idle, .reset, []), (.borrowing, .reset, []), (.discarding, .endOfData, []), (.failed, .recipient, []),
            (.closed, .recipient, []),
        ]
    )
    func serviceClosing(situation: ServerSituation, expectation: ClientExpectation, expected: [String]) {
        var bench = situation.bench()
        #expect(bench.reply(expectation, 421, "4.7.0 busy") == expected)
    }

    @Test("A 421 to the MAIL of a reused session counts as a lost one")
    func serviceClosingReused() {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        #expect(
            bench.reply(.mail, 421, "4.7.0 too many messages") == [
                "throttled messagesOfSession", "cut", "borrow replacement",
            ]
        )
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>"])
    }

    @Test(
        "A positive reply that answers nothing: the session goes, and the client hears no text of it",
        arguments: [
            (ServerSituation.mailSent, ClientExpectation.mail, ["cut", "borrow another"]),
            (.mailAccepted, .recipient, ["cut", "borrow another"]),
            (.verdict, .endOfData, ["cut", "= ambiguous", "< 451 4.5.0 unexpected reply from the mail server"]),
        ]
    )
    func lostItsWay(situation: ServerSituation, expectation: ClientExpectation, expected: [String]) {
        for code in [334, 354] {
            var bench = situation.bench()
            #expect(bench.reply(expectation, code, "4.5.0 huh") == expected)
        }
        for code in [250, 334] {
            var bench = ServerSituation.dataAsked.bench()
            #expect(
                bench.reply(.data, code, "2.0.0 huh") == [
                    "cut", "= failed data", "< 451 4.5.0 unexpected reply from the mail server",
                ]
            )
        }
    }

    @Test(
        "A server that has too much to do: before a recipient is answered the envelope moves, and the session goes on",
        arguments: [
            (432, "4.3.2 Concurrent connections limit exceeded", "throttled sessions", "borrow retry"),
            (454, "Throttling failure: Maximum sending rate exceeded", "throttled rate", "borrow retry"),
            (452, "4.7.0 maximum number of messages", "throttled messagesOfSession", "borrow replacement"),
        ]
    )
    func throttled(code: Int, text: String, report: String, borrow: String) {
        for expectation in [ClientExpectation.mail, .recipient] {
            var bench = (expectation == .mail ? ServerSituation.mailSent : .mailAccepted).bench(isReused: true)
            _ = bench.send("RCPT TO:<e@f>", "DATA")
            #expect(bench.reply(expectation, code, text) == [report, "give back, reset", borrow])
            // What is still due to the former session isn't taken for the next one's.
            #expect(bench.reply(.recipient, 503, "MAIL first") == [])
            #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "rcpt <e@f>", "data"])
            if expectation == .recipient { _ = bench.reply(.mail, 250, "ok") }
            #expect(bench.reply(expectation, code, text).last == "borrow retry")
            #expect(
                bench.moveLimit() == [
                    "= failed recipient", "< \(code) \(text)\n\(code) \(text)\n\(code) \(text)",
                ]
            )
        }
    }

    @Test("A server that has too much to do: later the client hears so, and the pool too")
    func throttledLater() {
        let text = "4.3.2 Concurrent connections limit exceeded"
        var recipient = ServerSituation.recipientAccepted.bench()
        _ = recipient.send("RCPT TO:<e@f>")
        #expect(recipient.reply(.recipient, 432, text) == ["throttled sessions", "! 432", "< 432 \(text)"])
        var data = ServerSituation.dataAsked.bench()
        #expect(data.reply(.data, 432, text) == ["throttled sessions", "= refused data", "< 432 \(text)"])
        var verdict = ServerSituation.verdict.bench()
        #expect(
            verdict.reply(.endOfData, 432, text) == [
                "throttled sessions", "give back", "= refused endOfData", "< 432 \(text)",
            ]
        )
        var closing = ServerSituation.dataAsked.bench()
        #expect(closing.reply(.data, 421, "too many connections").first == "throttled sessions")
    }

    @Test("A session with replies due is never given back as clean")
    func repliesDue() {
        var bench = ServerSituation.mailSent.bench()
        _ = bench.send("RCPT TO:<e@f>")
        _ = bench.reply(.mail, 550, "no")
        _ = bench.reply(.recipient, 503, "no")
        #expect(bench.disconnect() == ["give back, reset", "= abandoned recipient"])
    }

    @Test("Session lost in every situation, with a fresh session and a reused one")
    func everywhere() {
        for situation in ServerSituation.allCases {
            for isReused in [true, false] {
                var bench = situation.bench(isReused: isReused)
                let before = bench.machine.isInTransaction
                let lines = bench.lose("gone")
                let expected: [String] =
                    switch situation {
                    case .unborn, .idle, .learning, .borrowing, .failed, .closed, .discarding, .content,
                        .mailHeld:
                        []
                    case .mailSent, .mailAccepted: [isReused ? "borrow replacement" : "borrow another"]
                    case .recipientAccepted: ["= failed recipient"]
                    case .dataAsked: ["= failed data", "< 451 gone"]
                    case .verdict: ["= ambiguous", "< 451 gone"]
                    }
                #expect(lines == expected, "\(situation)")
                #expect(bench.run() == [])
                #expect(before || !bench.machine.isInTransaction)
            }
        }
    }
}
