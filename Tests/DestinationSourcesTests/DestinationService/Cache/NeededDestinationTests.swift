import DestinationModel
import Testing

@testable import DestinationSources

/// Destinations that routes need although no mail asks for them.
@Suite struct NeededDestinationTests {
    private let good = MailDestination(name: "d", host: "one.example.com")
    private let start = ContinuousClock.now

    private func key(_ name: String) -> DestinationReference {
        DestinationReference(destination: name, instance: "i", tenant: "t")
    }

    /// Lets time pass second by second; each look-up ends at once with what `answer` says.
    private func pass(
        _ seconds: Range<Int>,
        _ cache: inout LookUpCache,
        _ answer: (Int) -> Result<MailDestination, LookUpFailure>
    ) -> (lookUps: [Int], changed: [Int]) {
        var lookUps: [Int] = []
        var changed: [Int] = []
        for second in seconds {
            let now = start + .seconds(second)
            var waiting = cache.ticked(now).start
            while let lookUp = waiting.popLast() {
                lookUps.append(second)
                let actions = cache.ended(lookUp, answer(second), now, jitter: 0)
                waiting += actions.start
                if !actions.changed.isEmpty { changed.append(second) }
            }
        }
        return (lookUps, changed)
    }

    @Test(arguments: [
        DestinationLookupError.Code.noSuchDestination, .noSuchTenant, .tenantNotSubscribed, .serviceUnavailable,
        .credentialsRefused,
    ]) func whatIsNotThereIsLookedForWithoutEnd(code: DestinationLookupError.Code) {
        var cache = LookUpCache(DestinationServiceSettings(), of: DestinationOrigin("one"))
        cache.kept([key("d")], start)
        let end = 2 * 3600
        let missing = pass(0..<end, &cache) { _ in .failure(LookUpFailure(code)) }
        // The first answer is news to whoever hasn't asked; the same again isn't.
        #expect(missing.changed == [0])
        let pauses = zip(missing.lookUps.dropFirst(), missing.lookUps).map(-)
        #expect((pauses.max() ?? end) <= 60)
        #expect((pauses.last ?? 0) >= 20)
        let found = pass(end..<end + 120, &cache) { _ in .success(good) }
        #expect((found.changed.first ?? 2 * end) - end <= 60)
        #expect(found.changed.count == 1)
    }

    @Test func whatNobodyNeedsIsForgotten() {
        var cache = LookUpCache(DestinationServiceSettings(), of: DestinationOrigin("one"))
        cache.kept([key("d")], start)
        _ = pass(0..<10, &cache) { _ in .failure(LookUpFailure(.noSuchDestination)) }
        cache.kept([], start + .seconds(10))
        #expect(cache.entries.isEmpty)
    }

    /// Their look-up was never begun, so no end of it would tell them.
    @Test func thoseTurnedAwayWhileTheServiceWasDownHearWhenItIsBack() throws {
        var settings = DestinationServiceSettings()
        settings.maximumLookUps = 3
        var cache = LookUpCache(settings, of: DestinationOrigin("one"))
        let keys = (1...20).map { key("d\($0)") }
        var running: [LookUpCache.LookUp] = []
        for key in keys { running += cache.wanted(key, start).1.start }
        var answered: Set<DestinationReference> = []
        while let lookUp = running.popLast() {
            let actions = cache.ended(lookUp, .failure(LookUpFailure(.serviceUnavailable)), start, jitter: 0)
            running += actions.start
            answered.formUnion(actions.answers.map(\.key))
        }
        #expect(answered == Set(keys))
        cache.kept(Set(keys), start)
        var told: Set<String> = []
        for second in 1..<90 {
            let now = start + .seconds(second)
            var waiting = cache.ticked(now).start
            while let lookUp = waiting.popLast() {
                let found = MailDestination(name: lookUp.key.destination, host: "one.example.com")
                let actions = cache.ended(lookUp, .success(found), now, jitter: 0)
                waiting += actions.start
                told.formUnion(actions.changed.map(\.destination))
            }
        }
        #expect(told == Set(keys.map(\.destination)))
    }

    @Test func askingWhileTheServiceIsLeftAloneCountsAsAnAnswer() {
        var cache = LookUpCache(DestinationServiceSettings(), of: DestinationOrigin("one"))
        for name in ["a", "b", "c"] {
            for lookUp in cache.wanted(key(name), start).1.start {
                _ = cache.ended(lookUp, .failure(LookUpFailure(.serviceUnavailable)), start, jitter: 0)
            }
        }
        guard case .answer(.failure) = cache.wanted(key("d"), start).0 else {
            Issue.record("the service isn't left alone")
            return
        }
        let found = pass(1..<60, &cache) { _ in .success(good) }
        #expect(found.changed.count == 4)
    }

    /// A thousand destinations are looked up again within their two minutes, though only a few at a time.
    @Test func manyAreKeptFresh() {
        var cache = LookUpCache(DestinationServiceSettings(), of: DestinationOrigin("one"))
        let keys = Set((0..<1000).map { key("d\($0)") })
        cache.kept(keys, start)
        _ = pass(0..<5, &cache) { _ in .success(good) }
        #expect(cache.statistics(start + .seconds(5)).failing == 0)
        _ = pass(5..<300, &cache) { _ in .success(good) }
        let oldest = cache.statistics(start + .seconds(300)).oldestAnswer ?? .seconds(300)
        #expect(oldest <= .seconds(121))
    }

    @Test func onlyAFewAreLookedUpAtATime() {
        var settings = DestinationServiceSettings()
        settings.maximumRefreshes = 5
        var cache = LookUpCache(settings, of: DestinationOrigin("one"))
        cache.kept(Set((0..<100).map { key("d\($0)") }), start)
        var running = cache.ticked(start).start
        #expect(running.count == 5)
        #expect(cache.ticked(start + .seconds(1)).start.isEmpty)
        // Somebody waits for one of them, which makes room for another one.
        let awaited = running.removeFirst()
        _ = cache.wanted(awaited.key, start)
        #expect(cache.ticked(start + .seconds(2)).start.count == 1)
        #expect(cache.ended(awaited, .success(good), start + .seconds(2), jitter: 0).start.isEmpty)
        #expect(cache.ended(running.removeFirst(), .success(good), start + .seconds(2), jitter: 0).start.count == 1)
    }
}
