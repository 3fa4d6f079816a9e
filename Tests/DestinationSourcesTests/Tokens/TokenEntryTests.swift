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

    @Test("without a client secret offered tokens serve to their end, and none is fetched")
    func offeredOnly() {
        var entry = TokenEntry(now: start, canFetch: false)
        #expect(seen(entry.wanted(start)) == .refuse)
        let isFirstTaken = entry.offered(token.secret, lifetime: .seconds(100), start)
        #expect(isFirstTaken)
        entry.fetched(token, lifetime: .seconds(100), start, jitter: 0)
        #expect(seen(entry.wanted(start + .seconds(80))) == .use(1, renew: false))
        #expect(seen(entry.wanted(start + .seconds(91))) == .refuse)
        let isNextTaken = entry.offered(next.secret, lifetime: .seconds(100), start + .seconds(92))
        #expect(isNextTaken)
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

/// Tokens that somebody else has fetched.
@Suite struct OfferedTokenTests {
    private let start = ContinuousClock.now
    private let text = Secret("offered")

    private func token(_ entry: inout TokenEntry, _ now: ContinuousClock.Instant) -> Secret? {
        guard case .use(let token, _) = entry.wanted(now) else { return nil }
        return token.secret
    }

    @Test func itServesLikeAnyOther() {
        var entry = TokenEntry(now: start)
        #expect(entry.offered(text, lifetime: .seconds(100), start) == true)
        entry.fetched(AccessToken(secret: text, number: 1), lifetime: .seconds(100), start, jitter: 0)
        #expect(token(&entry, start) == text)
    }

    @Test func theOneThatLivesLongerServes() {
        var entry = TokenEntry(now: start)
        entry.fetched(AccessToken(secret: Secret("own"), number: 1), lifetime: .seconds(1000), start, jitter: 0)
        #expect(entry.offered(text, lifetime: .seconds(1000), start) == false)
        #expect(entry.offered(text, lifetime: .seconds(2000), start) == true)
        #expect(entry.offered(text, lifetime: .seconds(100), start + .seconds(995)) == true)
    }

    @Test func theSameOnceMoreDoesNotLiveLonger() {
        var entry = TokenEntry(now: start)
        entry.fetched(AccessToken(secret: text, number: 1), lifetime: .seconds(1000), start, jitter: 0)
        #expect(entry.offered(text, lifetime: .seconds(1000), start + .seconds(900)) == false)
        #expect(token(&entry, start + .seconds(995)) == nil)
        var shorter = TokenEntry(now: start)
        shorter.fetched(AccessToken(secret: text, number: 1), lifetime: .seconds(1000), start, jitter: 0)
        #expect(shorter.offered(text, lifetime: .seconds(50), start) == false)
        #expect(token(&shorter, start + .seconds(51)) == nil)
    }

    @Test func whatTheMailServerRefusesIsNotTakenAgain() {
        var entry = TokenEntry(now: start)
        let refused = AccessToken(secret: text, number: 1)
        entry.fetched(refused, lifetime: .seconds(1000), start, jitter: 0)
        entry.refused(refused)
        #expect(entry.offered(text, lifetime: .seconds(1000), start) == false)
        #expect(entry.offered(Secret("another"), lifetime: .seconds(1000), start) == true)
    }

    @Test func aProofMustBeYoung() {
        var entry = TokenEntry(now: start)
        entry.fetched(AccessToken(secret: text, number: 1), lifetime: .seconds(1000), start, jitter: 0)
        guard case .use = entry.wanted(start + .seconds(60), maximumAge: .seconds(60)) else {
            Issue.record("young enough")
            return
        }
        guard case .wait(start: true) = entry.wanted(start + .seconds(61), maximumAge: .seconds(60)) else {
            Issue.record("too old")
            return
        }
        // Whoever needs no proof isn't kept waiting by the one who does.
        #expect(token(&entry, start + .seconds(61)) == text)
    }

    @Test func theServicesOwnWishIsHeeded() {
        var entry = TokenEntry(now: start)
        entry.failed(TokenError(.serviceUnavailable, status: 503, retryAfter: .seconds(100)), start, jitter: 0)
        guard case .refuse = entry.wanted(start + .seconds(99)) else {
            Issue.record("left alone")
            return
        }
        guard case .wait(start: true) = entry.wanted(start + .seconds(100)) else {
            Issue.record("asked again")
            return
        }
    }
}
