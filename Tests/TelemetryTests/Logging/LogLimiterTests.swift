import Logging
import Synchronization
import Testing

@testable import Telemetry

@Suite("Log limiter")
struct LogLimiterTests {
    private static func kind(
        _ level: Logger.Level = .warning,
        _ message: String = "m",
        route: String = "shop/mail"
    ) -> LogLineLimit.Kind {
        LogLineLimit.Kind(level: level, message: message, route: route)
    }

    @Test(
        "so many lines of a kind are written in a minute",
        arguments: [
            (Logger.Level.debug, 7000), (.info, 6000), (.notice, 600), (.warning, 10), (.error, 10), (.critical, 10),
        ]
    )
    func limits(level: Logger.Level, written: Int) {
        var limit = LogLineLimit()
        let now = ContinuousClock.now
        let admitted = (0..<7000).count { _ in limit.admits(Self.kind(level), at: now) }
        #expect(admitted == written)
    }

    @Test("levels, messages and routes have counts of their own")
    func kinds() {
        var limit = LogLineLimit()
        let now = ContinuousClock.now
        for _ in 0..<20 { _ = limit.admits(Self.kind(), at: now) }
        let others = [Self.kind(.error), Self.kind(.warning, "n"), Self.kind(route: "shop/other")]
        let areAdmitted = others.map { limit.admits($0, at: now) }
        #expect(areAdmitted == [true, true, true])
    }

    @Test("what was left out is counted when the minute is over, and lines are written again")
    func omissions() {
        var limit = LogLineLimit()
        let start = ContinuousClock.now
        for index in 0..<100 { _ = limit.admits(Self.kind(), at: start + .milliseconds(index)) }
        _ = limit.admits(Self.kind(route: "shop/other"), at: start + .seconds(30))
        let early = limit.omissions(until: start + .milliseconds(59_999))
        #expect(early == [])
        let due = limit.omissions(until: start + .seconds(60))
        #expect(due == [.init(kind: Self.kind(), count: 90)])
        let isAdmitted = limit.admits(Self.kind(), at: start + .seconds(60))
        #expect(isAdmitted)
        let later = limit.omissions(until: start + .seconds(200))
        #expect(later == [])
    }

    @Test("a server's log holds ten warnings of a route and the count of the others")
    func handler() throws {
        let time = Mutex(ContinuousClock.now)
        let lines = try loggedText { output in
            let limiter = LogLimiter { time.withLock { $0 } }
            let handler = ServerLogHandler(
                label: "relay",
                format: .json,
                level: LogLevelSwitch(),
                output: output,
                limiter: limiter
            )
            var route = Logger(label: "relay", handler)
            route[metadataKey: "route"] = "shop/mail"
            for _ in 0..<50 { route.warning("no session", metadata: ["reason": "no"]) }
            let process = Logger(label: "relay", handler)
            for _ in 0..<20 { process.warning("no session") }
            time.withLock { $0 += .seconds(60) }
            process.info("later")
        }.split(separator: "\n")
        #expect(lines.count { $0.contains(#""route":"shop/mail""#) && $0.contains(#""reason":"no""#) } == 10)
        #expect(lines.count { !$0.contains("route") } == 21)
        let summary = lines.filter { $0.contains("omitted") }
        #expect(summary.count == 1)
        let expected =
            #""level":"warning","logger":"relay","message":"log lines omitted","count":40,"event":"no session","#
            + #""route":"shop/mail"}"#
        #expect(summary.first?.hasSuffix(expected) == true)
    }
}
