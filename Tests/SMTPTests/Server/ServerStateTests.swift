import Testing

@testable import SMTP

@Suite("Server: every event in every state")
struct ServerStateTests {
    private static let events: [(String, @Sendable (inout ServerBench) -> [String])] = [
        ("NOOP", { $0.send("NOOP") }),
        ("MAIL", { $0.send("MAIL FROM:<x@y>") }),
        ("RCPT", { $0.send("RCPT TO:<z@z>") }),
        ("DATA", { $0.send("DATA") }),
        ("RSET", { $0.send("RSET") }),
        ("EHLO", { $0.send("EHLO x") }),
        ("QUIT", { $0.send("QUIT") }),
        ("end of input", { $0.endInput() }),
        ("disconnect", { $0.disconnect() }),
        ("idle limit", { $0.idleLimit() }),
        ("stall limit", { $0.stallLimit() }),
        ("move limit", { $0.moveLimit() }),
        ("drain", { $0.drain() }),
        ("learned", { $0.learn() }),
        ("learned nothing", { $0.learn(nil) }),
        ("lent", { $0.lend() }),
        ("denied", { $0.deny(451, "denied") }),
        ("denied for good", { $0.deny(421, "denied") }),
        ("MAIL ok", { $0.reply(.mail, 250, "ok") }),
        ("MAIL refused", { $0.reply(.mail, 550, "no") }),
        ("RCPT ok", { $0.reply(.recipient, 250, "ok") }),
        ("RCPT refused", { $0.reply(.recipient, 550, "no") }),
        ("DATA ok", { $0.reply(.data, 354, "go") }),
        ("DATA refused", { $0.reply(.data, 550, "no") }),
        ("RSET ok", { $0.reply(.reset, 250, "ok") }),
        ("verdict ok", { $0.reply(.endOfData, 250, "ok") }),
        ("verdict refused", { $0.reply(.endOfData, 550, "no") }),
    ]

    /// What happens; where nothing is said, nothing happens.
    private static var expected: [ServerSituation: [String: [String]]] {
        [
            .unborn: [
                "NOOP": ["< 250 2.0.0 OK"],
                "MAIL": ["< 250 2.1.0 OK"],
                "RCPT": ["< 503 5.5.1 MAIL first"],
                "DATA": ["< 503 5.5.1 MAIL first"],
                "RSET": ["< 250 2.0.0 OK"],
                "EHLO": ["learn"],
                "QUIT": ["< 221 2.0.0 relay bye", "close"],
                "end of input": ["close"],
                "idle limit": ["< 421 4.4.2 relay nothing was sent for too long, closing", "close"],
                "drain": ["< 421 4.3.2 relay is being stopped, try again", "close"],
            ],
            .idle: [
                "NOOP": ["< 250 2.0.0 OK"],
                "MAIL": ["< 250 2.1.0 OK"],
                "RCPT": ["< 503 5.5.1 MAIL first"],
                "DATA": ["< 503 5.5.1 MAIL first"],
                "RSET": ["< 250 2.0.0 OK"],
                "EHLO": ["learn"],
                "QUIT": ["< 221 2.0.0 relay bye", "close"],
                "end of input": ["close"],
                "idle limit": ["< 421 4.4.2 relay nothing was sent for too long, closing", "close"],
                "drain": ["< 421 4.3.2 relay is being stopped, try again", "close"],
            ],
            .learning: [
                "drain": ["< 421 4.3.2 relay is being stopped, try again", "close"],
                "learned": [
                    "< 250-relay\n250-PIPELINING\n250-SIZE 1000000\n250-8BITMIME\n250-SMTPUTF8\n250-DSN\n250 ENHANCEDSTATUSCODES"
                ],
                "learned nothing": [
                    "< 250-relay\n250-PIPELINING\n250-SIZE 157286400\n250-8BITMIME\n250-SMTPUTF8\n250 DSN"
                ],
            ],
            .borrowing: [
                "disconnect": ["stop borrowing", "= abandoned mail"],
                "lent": ["mail <a@b>", "rcpt <c@d>"],
                "denied": ["= failed mail", "< 451 denied"],
                "denied for good": ["= failed mail", "< 421 denied", "close"],
            ],
            .mailHeld: [
                "NOOP": ["< 250 2.0.0 OK"],
                "MAIL": ["< 503 5.5.1 there is a MAIL already, send RSET first"],
                "RCPT": ["borrow"],
                "DATA": ["< 503 5.5.1 RCPT first"],
                "RSET": ["= abandoned recipient", "< 250 2.0.0 OK"],
                "EHLO": ["= abandoned recipient", "learn"],
                "QUIT": ["= abandoned recipient", "< 221 2.0.0 relay bye", "close"],
                "end of input": ["= abandoned recipient", "close"],
                "disconnect": ["= abandoned recipient"],
                "idle limit": [
                    "= abandoned recipient", "< 421 4.4.2 relay nothing was sent for too long, closing", "close",
                ],
            ],
            .mailSent: [
                "RCPT": ["rcpt <z@z>"],
                "DATA": ["data"],
                "disconnect": ["give back, reset", "= abandoned recipient"],
                "RCPT ok": ["< 250 ok"],
                "RCPT refused": ["! 550", "< 550 no"],
            ],
            .mailAccepted: [
                "RCPT": ["rcpt <z@z>"],
                "DATA": ["data"],
                "disconnect": ["give back, reset", "= abandoned recipient"],
                "RCPT ok": ["< 250 ok"],
                "RCPT refused": ["! 550", "< 550 no"],
            ],
            .recipientAccepted: [
                "NOOP": ["< 250 2.0.0 OK"],
                "MAIL": ["< 503 5.5.1 there is a MAIL already, send RSET first"],
                "RCPT": ["rcpt <z@z>"],
                "DATA": ["data"],
                "RSET": ["give back, reset", "= abandoned recipient", "< 250 2.0.0 OK"],
                "EHLO": ["give back, reset", "= abandoned recipient", "learn"],
                "QUIT": ["give back, reset", "= abandoned recipient", "< 221 2.0.0 relay bye", "close"],
                "end of input": ["give back, reset", "= abandoned recipient", "close"],
                "disconnect": ["give back, reset", "= abandoned recipient"],
                "idle limit": [
                    "give back, reset", "= abandoned recipient",
                    "< 421 4.4.2 relay nothing was sent for too long, closing", "close",
                ],
                "stall limit": ["give back, reset", "= failed recipient"],
            ],
            .dataAsked: [
                "disconnect": ["cut", "= abandoned data"],
                "RCPT ok": ["< 250 ok"],
                "RCPT refused": ["! 550", "< 550 no"],
                "DATA ok": ["< 354 go"],
                "DATA refused": ["= refused data", "< 550 no"],
            ],
            .content: [
                "NOOP": ["content NOOP"],
                "MAIL": ["content MAIL FROM:<x@y>"],
                "RCPT": ["content RCPT TO:<z@z>"],
                "DATA": ["content DATA"],
                "RSET": ["content RSET"],
                "EHLO": ["content EHLO x"],
                "QUIT": ["content QUIT"],
                "end of input": ["cut", "= abandoned content", "close"],
                "disconnect": ["cut", "= abandoned content"],
                "idle limit": [
                    "cut", "= abandoned content", "< 421 4.4.2 relay nothing was sent for too long, closing", "close",
                ],
                "stall limit": ["cut"],
                "MAIL refused": ["cut"],
                "RCPT refused": ["cut"],
                "DATA refused": ["cut"],
                "verdict refused": ["cut"],
            ],
            .discarding: [
                "end of input": ["= failed content", "close"],
                "disconnect": ["= failed content"],
                "idle limit": [
                    "= failed content", "< 421 4.4.2 relay nothing was sent for too long, closing", "close",
                ],
            ],
            .verdict: [
                "verdict ok": ["give back", "= accepted 6", "< 250 ok"],
                "verdict refused": ["give back", "= refused endOfData", "< 550 no"],
            ],
            .failed: [
                "NOOP": ["< 250 2.0.0 OK"],
                "MAIL": ["< 250 2.1.0 OK"],
                "RCPT": ["< 451 lost"],
                "DATA": ["< 451 lost"],
                "RSET": ["< 250 2.0.0 OK"],
                "EHLO": ["learn"],
                "QUIT": ["< 221 2.0.0 relay bye", "close"],
                "end of input": ["close"],
                "idle limit": ["< 421 4.4.2 relay nothing was sent for too long, closing", "close"],
                "drain": ["< 421 4.3.2 relay is being stopped, try again", "close"],
            ],
            .closed: [:],
        ]
    }

    @Test(arguments: ServerSituation.allCases)
    func table(situation: ServerSituation) throws {
        let row = try #require(Self.expected[situation])
        for (name, event) in Self.events {
            var bench = situation.bench()
            #expect(event(&bench) == row[name] ?? [], "\(name)")
            #expect(bench.run() == [], "\(name): nothing is left to do")
        }
        #expect(Set(row.keys).isSubset(of: Self.events.map(\.0)), "no row without an event")
    }

    @Test("Once closed, nothing revives it", arguments: ServerSituation.allCases)
    func staysClosed(situation: ServerSituation) {
        for (name, event) in Self.events {
            var bench = situation.bench()
            _ = bench.disconnect()
            guard situation != .verdict else { continue }
            #expect(event(&bench) == [], "\(name)")
            #expect(!bench.machine.wantsInput && !bench.machine.isInTransaction, "\(name)")
        }
    }

    @Test("Drained before it began, the 421 is the greeting")
    func drainedEarly() {
        var bench = ServerBench()
        #expect(bench.drain() == ["< 421 4.3.2 relay is being stopped, try again", "close"])
        #expect(bench.connect() == [])
    }

    @Test("Stopped at once, the application hears so, but never in place of a verdict")
    func stopped() {
        let farewell = ["< 421 4.3.2 relay is being stopped, try again", "close"]
        var idle = ServerSituation.idle.bench()
        #expect(idle.stop() == farewell)
        #expect(idle.stop() == [])
        var content = ServerSituation.content.bench()
        #expect(content.stop() == ["cut", "= abandoned content"] + farewell)
        var verdict = ServerSituation.verdict.bench()
        #expect(verdict.stop() == [])
        #expect(verdict.reply(.endOfData, 250, "ok").contains { $0.hasPrefix("< 250") })
    }
}
