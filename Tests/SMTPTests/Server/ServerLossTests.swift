import Testing

@testable import SMTP

@Suite("Server: a session that is lost")
struct ServerLossTests {
    @Test("A reused session that dies before MAIL was answered is replaced, once, and nobody notices")
    func silentRepetition() {
        var bench = ServerSituation.mailHeld.bench(isReused: true)
        #expect(bench.send("RCPT TO:<c@d>", "RCPT TO:<e@f>") == ["mail <a@b>", "rcpt <c@d>", "rcpt <e@f>"])
        #expect(bench.lose() == ["borrow fresh"])
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
        var bench = ServerSituation.mailHeld.bench(isReused: true)
        _ = bench.send("RCPT TO:<c@d>", "DATA")
        #expect(bench.lose() == ["borrow fresh"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>", "data"])
        _ = bench.reply(.mail, 250, "ok")
        #expect(bench.reply(.recipient, 250, "r") == ["< 250 r"])
        #expect(bench.reply(.data, 354, "go") == ["< 354 go"])
    }

    @Test("The second loss isn't repeated, whether the session was reused or not", arguments: [true, false])
    func onlyOnce(isReused: Bool) {
        var bench = ServerSituation.mailSent.bench(isReused: true)
        #expect(bench.lose() == ["borrow fresh"])
        #expect(bench.lend(isReused: isReused) == ["mail <a@b>", "rcpt <c@d>"])
        #expect(bench.lose("4.4.2 gone") == ["= failed recipient", "< 451 4.4.2 gone"])
        #expect(bench.send("RCPT TO:<e@f>") == ["< 451 4.4.2 gone"])
        #expect(bench.send("DATA") == ["< 451 4.4.2 gone"])
        #expect(bench.send("RSET") == ["< 250 2.0.0 OK"])
        #expect(bench.send("MAIL FROM:<a@b>") == ["borrow"])
    }

    @Test("A fresh session that dies with MAIL is not replaced: what killed it may be the mail")
    func fresh() {
        var bench = ServerSituation.mailSent.bench(isReused: false)
        #expect(bench.lose("gone") == ["= failed recipient", "< 451 gone"])
    }

    @Test("Nothing is repeated once MAIL was answered")
    func afterMail() {
        var bench = ServerSituation.mailAccepted.bench(isReused: true)
        #expect(bench.lose("gone") == ["= failed recipient", "< 451 gone"])
    }

    @Test("A session that dies while MAIL is held is replaced without a word", arguments: [true, false])
    func held(isReused: Bool) {
        var bench = ServerSituation.mailHeld.bench(isReused: isReused)
        #expect(bench.lose() == ["borrow fresh"])
        #expect(bench.lend() == [])
        #expect(bench.send("RCPT TO:<c@d>") == ["mail <a@b>", "rcpt <c@d>"])
        #expect(bench.lose("gone") == ["= failed recipient", "< 451 gone"])
    }

    @Test("No session for the repetition: the client hears why, at the commands that wait")
    func repetitionDenied() {
        var bench = ServerSituation.mailHeld.bench(isReused: true)
        _ = bench.send("RCPT TO:<c@d>", "RCPT TO:<e@f>", "DATA")
        #expect(bench.lose() == ["borrow fresh"])
        #expect(
            bench.deny(451, "4.4.1 no connection") == [
                "= failed data", "< 451 4.4.1 no connection\n451 4.4.1 no connection\n451 4.4.1 no connection",
            ]
        )
        var draining = ServerSituation.mailSent.bench(isReused: true)
        _ = draining.lose()
        #expect(draining.deny(421, "4.3.2 stopping") == ["= failed recipient", "< 451 4.3.2 stopping"])
    }

    @Test("Lost with pipelined RCPT and DATA and text behind: all replies in order, then 421")
    func lostWithTextWaiting() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.send("RCPT TO:<e@f>", "RCPT TO:<g@h> X=1", "DATA", "text") == ["rcpt <e@f>", "data"])
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
            (ServerSituation.mailSent, ClientExpectation.mail, ["cut", "= failed recipient", "< 451 4.7.0 busy"]),
            (.mailAccepted, .recipient, ["cut", "= failed recipient", "< 451 4.7.0 busy"]),
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
        #expect(bench.reply(.mail, 421, "4.7.0 too many messages") == ["cut", "borrow fresh"])
        #expect(bench.lend() == ["mail <a@b>", "rcpt <c@d>"])
    }

    @Test(
        "A positive reply that answers nothing: the session goes, and the client hears no text of it",
        arguments: [
            (
                ServerSituation.mailSent, ClientExpectation.mail,
                ["cut", "= failed recipient", "< 451 4.5.0 unexpected reply from the mail server"]
            ),
            (
                .mailAccepted, .recipient,
                ["cut", "= failed recipient", "< 451 4.5.0 unexpected reply from the mail server"]
            ),
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

    @Test("A session with replies due is never given back as clean")
    func repliesDue() {
        var bench = ServerSituation.mailHeld.bench()
        _ = bench.send("RCPT TO:<c@d>", "RCPT TO:<e@f>")
        _ = bench.reply(.mail, 550, "no")
        _ = bench.reply(.recipient, 503, "no")
        #expect(bench.disconnect() == ["give back, reset"])
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
                    case .unborn, .idle, .learning, .borrowing, .failed, .closed, .discarding, .content: []
                    case .mailHeld: ["borrow fresh"]
                    case .mailSent: isReused ? ["borrow fresh"] : ["= failed recipient", "< 451 gone"]
                    case .mailAccepted: ["= failed recipient", "< 451 gone"]
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
