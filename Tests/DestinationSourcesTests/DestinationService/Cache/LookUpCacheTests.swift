import DestinationModel
import Testing

@testable import DestinationSources

/// The whole life of answers, as tables of events and what comes of them.
@Suite struct LookUpCacheTests {
    private let start = ContinuousClock.now
    private let good = MailDestination(name: "d", host: "one.example.com")
    private let other = MailDestination(name: "d", host: "two.example.com")
    private let down = LookUpFailure(.serviceUnavailable, "status 500")

    private func key(_ name: String = "d", tenant: String? = nil) -> DestinationReference {
        DestinationReference(destination: name, instance: "i", tenant: tenant)
    }

    /// Runs a cache, with no chance in it.
    private struct Bench {
        var cache: LookUpCache
        var now: ContinuousClock.Instant
        var running: [LookUpCache.LookUp] = []
        var changed: Set<DestinationKey> = []
        var notes: [LookUpCache.Note] = []
        var answers: [DestinationReference: LookUpCache.Answer] = [:]

        init(_ now: ContinuousClock.Instant, _ settings: DestinationServiceSettings = .init()) {
            cache = LookUpCache(settings, of: DestinationOrigin("one"))
            self.now = now
        }

        private mutating func take(_ actions: LookUpCache.Actions) {
            running += actions.start
            changed = actions.changed
            notes = actions.notes
            answers = Dictionary(actions.answers.map { ($0.key, $0.answer) }) { $1 }
        }

        /// The answer; nil if it takes waiting.
        mutating func want(_ key: DestinationReference) -> LookUpCache.Answer? {
            let (decision, actions) = cache.wanted(key, now)
            take(actions)
            guard case .answer(let answer) = decision else { return nil }
            return answer
        }

        mutating func end(_ result: Result<MailDestination, LookUpFailure>) {
            guard !running.isEmpty else {
                Issue.record("no look-up is under way")
                return
            }
            let lookUp = running.removeFirst()
            take(cache.ended(lookUp, result, now, jitter: 0))
        }

        mutating func tick(after seconds: Int = 0) {
            now += .seconds(seconds)
            take(cache.ticked(now))
        }

        mutating func rebind(to origin: String) { take(cache.rebound(to: DestinationOrigin(origin), now)) }
    }

    private func host(_ answer: LookUpCache.Answer?) -> String? { try? answer?.get().destination.host }

    private func error(_ answer: LookUpCache.Answer?) -> DestinationLookupError? {
        guard case .failure(let error) = answer else { return nil }
        return error
    }

    private func code(_ answer: LookUpCache.Answer?) -> DestinationLookupError.Code? {
        guard case .failure(let error) = answer else { return nil }
        return error.code
    }

    @Test func manyWantOneLookUp() {
        var bench = Bench(start)
        for _ in 0..<5 { #expect(bench.want(key()) == nil) }
        #expect(bench.running.count == 1)
        bench.end(.success(good))
        #expect(host(bench.answers[key()]) == "one.example.com")
        #expect(bench.changed.isEmpty)
        #expect(host(bench.want(key())) == "one.example.com")
        #expect(bench.running.isEmpty)
    }

    @Test func whatIsOldIsLookedUpBeforeItServes() {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.success(good))
        bench.now += .seconds(119)
        #expect(host(bench.want(key())) == "one.example.com")
        bench.now += .seconds(1)
        #expect(bench.want(key()) == nil)
        bench.end(.success(other))
        #expect(host(bench.answers[key()]) == "two.example.com")
        #expect(bench.changed == [DestinationKey(key())])
    }

    @Test func theGenerationChangesWithTheContentOnly() throws {
        var bench = Bench(start)
        var generations: [DestinationGeneration] = []
        for destination in [good, good, other, good] {
            _ = bench.want(key())
            bench.end(.success(destination))
            generations.append(try #require(bench.answers[key()]).get().generation)
            bench.now += .seconds(120)
        }
        #expect(generations.map(\.number) == [1, 1, 2, 3])
        _ = bench.want(key("e"))
        bench.end(.success(good))
        #expect(try #require(bench.answers[key("e")]).get().generation.number == 4)
    }

    @Test func inUseItIsLookedUpInTheBackground() {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.success(good))
        bench.tick(after: 100)
        #expect(bench.running.isEmpty)
        bench.tick(after: 18)
        #expect(bench.running.count == 1)
        bench.tick(after: 1)
        #expect(bench.running.count == 1)
        bench.end(.success(other))
        #expect(bench.changed == [DestinationKey(key())])
        // Nobody has asked for it in an hour: less often, but not never, since sessions may still live by it.
        bench.now += .seconds(3600)
        bench.tick()
        bench.end(.success(other))
        bench.tick(after: 200)
        #expect(bench.running.isEmpty)
        bench.tick(after: 400)
        #expect(bench.running.count == 1)
    }

    @Test(arguments: [DestinationLookupError.Code.serviceUnavailable, .credentialsRefused, .malformedAnswer])
    func theLastGoodAnswerServesOnWhateverTheSourceDoes(code: DestinationLookupError.Code) {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.success(good))
        for round in 0..<200 {
            bench.now += .seconds(120)
            if bench.want(key()) == nil {
                bench.end(.failure(LookUpFailure(code)))
                #expect(host(bench.answers[key()]) == "one.example.com")
                #expect(bench.notes.count == (round == 0 ? 1 : 0))
            }
            #expect(bench.changed.isEmpty)
        }
        #expect(bench.cache.statistics(bench.now).stale == 1)
        bench.now += .seconds(120)
        #expect(bench.want(key()) == nil)
        bench.end(.success(good))
        #expect(bench.notes == [.mended(key())])
        #expect(bench.changed.isEmpty)
        #expect(bench.cache.statistics(bench.now).stale == 0)
    }

    @Test(
        arguments: [
            DestinationLookupError.Code.noSuchDestination, .noSuchTenant, .noSuchFragment, .tenantNotSubscribed,
            .malformed, .typeNotSupported, .proxyTypeNotSupported,
        ]
    )
    func whatTheServiceSaysIsBelieved(code: DestinationLookupError.Code) {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.success(good))
        bench.now += .seconds(120)
        _ = bench.want(key())
        bench.end(.failure(LookUpFailure(code)))
        #expect(self.code(bench.answers[key()]) == code)
        #expect(bench.changed == [DestinationKey(key())])
        // For ten seconds without a question, then it is asked again.
        bench.now += .seconds(9)
        #expect(self.code(bench.want(key())) == code)
        bench.now += .seconds(1)
        #expect(bench.want(key()) == nil)
        // The source fails meanwhile: that is no reason to serve what is gone.
        bench.end(.failure(down))
        #expect(self.code(bench.answers[key()]) == .serviceUnavailable)
        bench.now += .seconds(10)
        #expect(bench.want(key()) == nil)
        bench.end(.success(good))
        #expect(bench.changed == [DestinationKey(key())])
    }

    @Test func whatIsMissingIsLookedForLessAndLessAndForgotten() {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.failure(LookUpFailure(.noSuchDestination)))
        var lookUps: [Int] = []
        for second in 1..<600 {
            bench.tick(after: 1)
            guard !bench.running.isEmpty else { continue }
            lookUps.append(second)
            bench.end(.failure(LookUpFailure(.noSuchDestination)))
            #expect(bench.changed.isEmpty && bench.notes.isEmpty)
        }
        #expect(lookUps == [10, 30, 70, 150, 270, 390, 510])
        bench.tick(after: 1)
        #expect(bench.cache.entries.isEmpty)
    }

    @Test func whatAppearsInTheBackgroundIsTold() {
        var bench = Bench(start)
        _ = bench.want(key())
        bench.end(.failure(LookUpFailure(.noSuchDestination)))
        bench.tick(after: 10)
        bench.end(.success(good))
        #expect(bench.changed == [DestinationKey(key())])
        #expect(host(bench.want(key())) == "one.example.com")
    }

    @Test func pausesForAFailingDestinationGrow() {
        var bench = Bench(start)
        var lookUps: [Int] = []
        for second in 0..<200 {
            if bench.want(key()) == nil {
                lookUps.append(second)
                bench.end(.failure(down))
            }
            bench.now += .seconds(1)
        }
        #expect(lookUps == [0, 1, 3, 7, 15, 31, 63, 123, 183])
    }

    @Test func aServiceThatIsDownIsLeftAlone() {
        var bench = Bench(start)
        for name in ["a", "b", "c", "d"] { #expect(bench.want(key(name)) == nil) }
        for _ in 0..<3 { bench.end(.failure(down)) }
        #expect(bench.notes.last == .down(down))
        #expect(bench.cache.statistics(bench.now).isDown)
        #expect(code(bench.want(key("e"))) == .serviceUnavailable)
        // The fourth was under way and fails too, which is no news.
        bench.end(.failure(down))
        #expect(bench.running.isEmpty)
        bench.now += .seconds(1)
        // One finds out; the others wait for what it finds.
        #expect(bench.want(key("e")) == nil)
        #expect(bench.want(key("f")) == nil)
        #expect(bench.running.map(\.key.destination) == ["e"])
        bench.end(.failure(down))
        #expect(code(bench.answers[key("e")]) == .serviceUnavailable)
        #expect(code(bench.answers[key("f")]) == .serviceUnavailable)
        // Twice as long.
        bench.now += .seconds(1)
        #expect(code(bench.want(key("g"))) == .serviceUnavailable)
        bench.now += .seconds(1)
        #expect(bench.want(key("g")) == nil)
        #expect(bench.want(key("h")) == nil)
        bench.end(.success(good))
        #expect(host(bench.answers[key("g")]) == "one.example.com")
        #expect(bench.running.map(\.key.destination) == ["h"])
        #expect(!bench.cache.statistics(bench.now).isDown)
    }

    @Test func oneThatAlwaysFailsDoesNotKeepTheOthersOut() {
        var bench = Bench(start)
        for round in 0..<100 {
            bench.now += .seconds(61)
            #expect(bench.want(key("bad")) == nil)
            bench.end(.failure(down))
            if round % 10 == 9 {
                #expect(bench.want(key("good\(round)")) == nil)
                bench.end(.success(good))
            }
        }
    }

    @Test func theWishToBeLeftAloneIsHeeded() {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.end(.failure(LookUpFailure(.serviceUnavailable, "status 429", retryAfter: .seconds(50))))
        bench.now += .seconds(49)
        #expect(code(bench.want(key("a"))) == .serviceUnavailable)
        #expect(code(bench.want(key("b"))) == .serviceUnavailable)
        bench.tick()
        #expect(bench.running.isEmpty)
        bench.now += .seconds(1)
        #expect(bench.want(key("b")) == nil)
    }

    @Test func lookUpsAreBounded() {
        var settings = DestinationServiceSettings()
        settings.maximumLookUps = 2
        settings.maximumRefreshes = 1
        var bench = Bench(start, settings)
        for name in ["a", "b", "c", "d"] { #expect(bench.want(key(name)) == nil) }
        #expect(bench.running.map(\.key.destination) == ["a", "b"])
        for _ in 0..<4 { bench.end(.success(good)) }
        bench.tick(after: 119)
        #expect(bench.running.count == 1)
        // Those who wait go before those who don't.
        bench.now += .seconds(1)
        #expect(bench.want(key("x")) == nil)
        #expect(bench.want(key("y")) == nil)
        #expect(bench.running.count == 2)
        bench.end(.success(good))
        bench.tick()
        #expect(bench.running.map(\.key.destination) == ["x", "y"])
    }

    @Test func theLongestUnusedMakesRoom() {
        var settings = DestinationServiceSettings()
        settings.maximumEntries = 2
        var bench = Bench(start, settings)
        for name in ["a", "b"] {
            _ = bench.want(key(name))
            bench.end(.success(good))
            bench.now += .seconds(1)
        }
        _ = bench.want(key("a"))
        bench.now += .seconds(1)
        #expect(bench.want(key("c")) == nil)
        #expect(Set(bench.cache.entries.keys.map(\.destination)) == ["a", "c"])
        _ = bench.want(key("d"))
        // Both are under way now: there is no room for another.
        #expect(code(bench.want(key("e"))) == .serviceUnavailable)
        #expect(bench.cache.entries.count == 2)
    }

    @Test func whatIsNotNeededIsForgotten() {
        var bench = Bench(start)
        for name in ["a", "b", "c"] { _ = bench.want(key(name)) }
        bench.end(.success(good))
        bench.end(.success(good))
        bench.cache.kept([key("a")], bench.now)
        #expect(Set(bench.cache.entries.keys.map(\.destination)) == ["a", "c"])
        // It was under way, and someone waits for it.
        bench.end(.success(good))
        #expect(host(bench.answers[key("c")]) == "one.example.com")
        #expect(Set(bench.cache.entries.keys.map(\.destination)) == ["a"])
    }

    @Test func levelsAndFragmentsAreAnotherAnswer() {
        var bench = Bench(start)
        let level = DestinationReference(destination: "d", instance: "i", level: .subaccount)
        let fragment = DestinationReference(destination: "d", instance: "i", fragment: .init(name: "f"))
        for key in [key(), level, fragment, key(tenant: "t")] { #expect(bench.want(key) == nil) }
        #expect(bench.running.count == 4)
    }

    @Test func aNewBindingIsUsedAtOnce() {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.end(.success(good))
        _ = bench.want(key("b"))
        bench.end(.failure(LookUpFailure(.credentialsRefused)))
        bench.rebind(to: "one")
        #expect(bench.changed.isEmpty)
        #expect(host(bench.want(key("a"))) == "one.example.com")
        #expect(bench.want(key("b")) == nil)
        bench.end(.success(good))
        bench.tick()
        #expect(bench.running.map(\.key.destination) == ["a"])
    }

    @Test func anotherServicesAnswersAreForgotten() {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.end(.success(good))
        bench.rebind(to: "another")
        #expect(bench.changed == [DestinationKey(key("a"))])
        #expect(bench.want(key("a")) == nil)
    }

    @Test func theSilenceOfOneServiceLeavesItsOwnAnswersStanding() throws {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.end(.success(good))
        let origin = try #require(try bench.answers[key("a")]?.get().origin)
        _ = bench.want(key("b"))
        bench.end(.failure(LookUpFailure(.serviceUnavailable)))
        let own = try #require(error(bench.answers[key("b")]))
        #expect(own.leavesStanding(origin))
        bench.rebind(to: "another")
        _ = bench.want(key("a"))
        bench.end(.failure(LookUpFailure(.serviceUnavailable)))
        let anothers = try #require(error(bench.answers[key("a")]))
        #expect(!anothers.leavesStanding(origin))
    }

    @Test func whatIsWrongWithOneTenantsServerIsNotToldToAnother() {
        var bench = Bench(start)
        let failures = (1...3).map { number in
            var failure = LookUpFailure(.serviceUnavailable, "https://t\(number).example.com: can't connect")
            failure.isTenantsOwn = true
            return failure
        }
        for (number, failure) in failures.enumerated() {
            _ = bench.want(key(tenant: "t\(number + 1)"))
            bench.end(.failure(failure))
        }
        let own = error(bench.want(key("another", tenant: "t3")))
        #expect(own?.detail == "https://t3.example.com: can't connect")
        let others = error(bench.want(key(tenant: "t4")))
        #expect(others?.code == .serviceUnavailable)
        #expect(others?.detail?.contains("example.com") == false)
    }

    @Test func whatIsWrongWithTheServiceIsToldToAll() {
        var bench = Bench(start)
        for name in ["a", "b", "c"] {
            _ = bench.want(key(name))
            bench.end(.failure(LookUpFailure(.serviceUnavailable, "https://service.example.com: can't connect")))
        }
        #expect(error(bench.want(key(tenant: "t")))?.detail == "https://service.example.com: can't connect")
    }

    @Test func theAnswerOfTheFormerServiceIsNotTheAnswer() {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.rebind(to: "another")
        bench.end(.success(other))
        #expect(bench.answers.isEmpty)
        #expect(bench.running.map(\.key.destination) == ["a"])
        bench.end(.success(good))
        #expect(host(bench.answers[key("a")]) == "one.example.com")
    }

    @Test func aRefreshOfTheFormerServiceIsNoAnswerEither() {
        var bench = Bench(start)
        _ = bench.want(key("a"))
        bench.end(.success(good))
        bench.tick(after: 119)
        bench.rebind(to: "one")
        bench.end(.success(other))
        #expect(bench.changed.isEmpty && bench.running.isEmpty)
        bench.tick()
        bench.end(.success(other))
        #expect(bench.changed == [DestinationKey(key("a"))])
    }
}
