import NIOCore
import Testing

@testable import SMTP

@Suite("Deadlines of applications that hold a session")
struct ClientDeadlineTests {
    private var deadlines = ClientDeadlines(idleTime: .seconds(300), stallTime: .seconds(10))

    private func time(_ seconds: Double) -> NIODeadline {
        .uptimeNanoseconds(UInt64(seconds * 1_000_000_000))
    }

    private mutating func update(_ bench: ServerBench, isWaiting: Bool = true, at seconds: Double) -> Double? {
        let waits = isWaiting && !bench.machine.isWaitingForUpstream
        return deadlines.update(bench.machine, isWaiting: waits, at: time(seconds)).map {
            Double($0.uptimeNanoseconds) / 1_000_000_000
        }
    }

    @Test(
        "A client that holds a session loses it after 10 s if others wait, one that holds none is left alone",
        arguments: ServerSituation.allCases
    )
    mutating func held(situation: ServerSituation) {
        let bench = situation.bench()
        let first = update(bench, at: 100)
        switch situation {
        case .recipientAccepted, .content:
            #expect(first == 110)
            #expect(deadlines.expiry(isSessionWanted: true, at: time(109)) == nil)
            #expect(deadlines.expiry(isSessionWanted: true, at: time(110)) == .stallTime)
        case .unborn, .idle, .mailHeld, .discarding, .failed, .closed:
            #expect(first == 400)
            #expect(deadlines.expiry(isSessionWanted: true, at: time(399)) == nil)
            #expect(deadlines.expiry(isSessionWanted: true, at: time(400)) == .idleTime)
        case .learning, .borrowing, .mailSent, .mailAccepted, .dataAsked, .verdict:
            #expect(first == nil)
            #expect(deadlines.expiry(isSessionWanted: true, at: time(1000)) == nil)
        }
    }

    @Test("As long as nobody waits, the client keeps the session, and the relay looks again each second")
    mutating func unwanted() {
        let bench = ServerSituation.content.bench()
        #expect(update(bench, at: 0) == 10)
        for second in stride(from: 10.0, to: 20, by: 1) {
            #expect(deadlines.expiry(isSessionWanted: false, at: time(second)) == nil)
            #expect(update(bench, at: second) == second + 1)
        }
        #expect(deadlines.expiry(isSessionWanted: true, at: time(20)) == .stallTime)
        #expect(deadlines.expiry(isSessionWanted: false, at: time(300)) == .idleTime)
    }

    @Test("Only what moves the transaction counts: recipients, DATA and 4096 bytes of a message")
    mutating func progress() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(update(bench, at: 0) == 10)
        for line in ["NOOP", "XYZ", "", "RCPT TO:<no address", "VRFY a"] {
            _ = bench.send(line)
            #expect(update(bench, at: 5) == 10)
        }
        _ = bench.send("RCPT TO:<e@f>")
        #expect(update(bench, at: 6) == nil)
        _ = bench.reply(.recipient, 550, "no")
        #expect(update(bench, at: 7) == 17)
        _ = bench.send("DATA")
        _ = bench.reply(.data, 354, "go")
        #expect(update(bench, at: 8) == 18)
        _ = bench.sendRaw(String(repeating: "x\r\n", count: 1365))
        #expect(update(bench, at: 9) == 18)
        _ = bench.sendRaw("x\r\n")
        #expect(update(bench, at: 10) == 20)
        // A slow mail server isn't the client's fault.
        #expect(update(bench, isWaiting: false, at: 19) == nil)
        #expect(update(bench, at: 29) == 39)
    }

    @Test("A client that lost its session in the envelope hears 451 until it begins another transaction")
    func envelope() {
        var bench = ServerSituation.recipientAccepted.bench()
        #expect(bench.stallLimit() == ["give back, reset", "= failed recipient"])
        #expect(bench.machine.takeLimitsReached() == [.stallTime])
        #expect(
            bench.send("RCPT TO:<e@f>", "DATA") == [
                "< 451 4.4.2 timeout, session released\n451 4.4.2 timeout, session released"
            ]
        )
        #expect(bench.send("RSET") == ["< 250 2.0.0 OK"])
        #expect(bench.send("MAIL FROM:<a@b>", "RCPT TO:<c@d>") == ["< 250 2.1.0 OK", "borrow"])
    }

    @Test("A client that lost its session in a message hears 451 at its end, and nothing is delivered")
    func content() {
        var bench = ServerSituation.content.bench()
        #expect(bench.stallLimit() == ["cut"])
        #expect(bench.send("more", ".") == ["< 451 4.4.2 timeout, session released", "= failed content"])
        #expect(bench.stallLimit() == [])
        #expect(bench.machine.takeLimitsReached() == [.stallTime])
    }
}
