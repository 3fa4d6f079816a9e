import DestinationModel
import Testing

@testable import DestinationSources

@Suite struct TokenEntryTests {
    private let start = ContinuousClock.now
    private let token = AccessToken(secret: Secret("t1"), number: 1)
    private let next = AccessToken(secret: Secret("t2"), number: 2)

    private enum Seen: Equatable {
        case use(UInt64, renew: Bool), wait(start: Bool), refuse
    }

    private func seen(_ action: TokenEntry.Action) -> Seen {
        switch action {
        case .use(let token, let renew): .use(token.number, renew: renew)
        case .wait(let start): .wait(start: start)
        case .refuse: .refuse
        }
    }

    @Test func manyWaitersMakeOneFetch() {
        var entry = TokenEntry(now: start)
        #expect(seen(entry.wanted(start)) == .wait(start: true))
        #expect(seen(entry.wanted(start)) == .wait(start: false))
        entry.fetched(token, lifetime: .seconds(100), start, jitter: 0)
        #expect(seen(entry.wanted(start)) == .use(1, renew: false))
    }

    @Test(arguments: [(0.0, 75), (1.0, 65)])
    func renewedEarlyWhileTheOldOneServes(jitter: Double, second: Int) {
        var entry = TokenEntry(now: start)
        _ = entry.wanted(start)
        entry.fetched(token, lifetime: .seconds(100), start, jitter: jitter)
        #expect(seen(entry.wanted(start + .seconds(second - 1))) == .use(1, renew: false))
        #expect(seen(entry.wanted(start + .seconds(second + 1))) == .use(1, renew: true))
        #expect(seen(entry.wanted(start + .seconds(second + 1))) == .use(1, renew: false))
        entry.fetched(next, lifetime: .seconds(100), start + .seconds(80), jitter: 0)
        #expect(seen(entry.wanted(start + .seconds(81))) == .use(2, renew: false))
    }

    @Test func notUsedCloseToItsEnd() {
        var entry = TokenEntry(now: start)
        _ = entry.wanted(start)
        entry.fetched(token, lifetime: .seconds(100), start, jitter: 0)
        #expect(seen(entry.wanted(start + .seconds(91))) == .wait(start: true))
    }

    @Test func aFailedRenewalLeavesTheOldOneServing() {
        var entry = TokenEntry(now: start)
        _ = entry.wanted(start)
        entry.fetched(token, lifetime: .seconds(1000), start, jitter: 0)
        #expect(seen(entry.wanted(start + .seconds(760))) == .use(1, renew: true))
        entry.failed(TokenError(.serviceUnavailable), start + .seconds(760), jitter: 0)
        #expect(seen(entry.wanted(start + .milliseconds(760_900))) == .use(1, renew: false))
        #expect(seen(entry.wanted(start + .seconds(762))) == .use(1, renew: true))
    }

    @Test(arguments: [
        (TokenError(.serviceUnavailable), [1, 2, 4, 8, 16, 32, 60, 60]),
        (TokenError(.credentialsRefused), [10, 20, 40, 80, 160, 300, 300]),
    ])
    func aFailingServiceIsLeftAloneForGrowingPauses(error: TokenError, pauses: [Int]) {
        var entry = TokenEntry(now: start)
        var now = start
        for pause in pauses {
            #expect(seen(entry.wanted(now)) == .wait(start: true))
            entry.failed(error, now, jitter: 0)
            #expect(seen(entry.wanted(now + .seconds(pause) - .milliseconds(1))) == .refuse)
            now += .seconds(pause)
        }
        _ = entry.wanted(now)
        entry.fetched(token, lifetime: .seconds(100), now, jitter: 0)
        #expect(seen(entry.wanted(now)) == .use(1, renew: false))
    }

    @Test func failuresWithoutEndDontOverflow() {
        var entry = TokenEntry(now: start)
        for _ in 0..<200 { entry.failed(TokenError(.serviceUnavailable), start, jitter: 1) }
        #expect(seen(entry.wanted(start + .seconds(61))) == .wait(start: true))
    }

    @Test func aRefusedTokenIsReplacedOnce() {
        var entry = TokenEntry(now: start)
        _ = entry.wanted(start)
        entry.fetched(token, lifetime: .seconds(100), start, jitter: 0)
        entry.refused(token)
        #expect(seen(entry.wanted(start)) == .wait(start: true))
        entry.refused(token)
        #expect(seen(entry.wanted(start)) == .wait(start: false))
        entry.fetched(next, lifetime: .seconds(100), start, jitter: 0)
        // A late refusal of the first one.
        entry.refused(token)
        #expect(seen(entry.wanted(start)) == .use(2, renew: false))
    }
}
