import RelayRoutes
import TestSupport
import Testing

@testable import DestinationController

@Suite("Relay poll")
struct RelayPollTests {
    private let start = ContinuousClock.now
    private var random = SeededGenerator(seed: 1)
    private var poll: RelayPoll

    init() {
        poll = RelayPoll(now: start)
    }

    private mutating func heard(
        _ answer: RelayAnswer,
        from: Duration,
        to: Duration
    ) -> (pause: Duration, isBack: Bool) {
        poll.heard(answer, asked: start + from, now: start + to, using: &random)
    }

    private mutating func failed(nonsense: Bool = false, at time: Duration) -> RelayPoll.Setback {
        poll.failed(isNonsense: nonsense, now: start + time, using: &random)
    }

    @Test("Changes that follow one another are taken several at a time")
    mutating func pace() throws {
        #expect(poll.cursor == nil)
        _ = heard(try .sample([]), from: .zero, to: .milliseconds(1))
        #expect(poll.cursor == RelayCursor(epoch: "e", revision: 1))
        let change = try RelayAnswer.sample([], closed: [1], complete: false, revision: 2)
        #expect(heard(change, from: .zero, to: .seconds(4)).pause == .milliseconds(5), "after a pause, at once")
        var pause = Duration.zero
        for _ in 0..<10 { pause = heard(change, from: .zero, to: .milliseconds(1)).pause }
        #expect(pause == .milliseconds(50))
        #expect(heard(change, from: .zero, to: .seconds(4)).pause == .milliseconds(5))
    }

    @Test("A relay that answers at once though it has nothing new is asked less often")
    mutating func brake() throws {
        _ = heard(try .sample([]), from: .zero, to: .milliseconds(1))
        let nothing = try RelayAnswer.sample([], complete: false, revision: 1)
        #expect(heard(nothing, from: .zero, to: .seconds(5)).pause <= .milliseconds(50))
        var pause = Duration.zero
        for _ in 0..<10 { pause = heard(nothing, from: .zero, to: .milliseconds(1)).pause }
        #expect(pause >= .seconds(2))
        // So is one that tells everything every time.
        #expect(heard(try .sample([]), from: .zero, to: .milliseconds(1)).pause >= .seconds(2))
    }

    @Test("What can't be reached is believed for a while, what talks nonsense isn't")
    mutating func silence() throws {
        _ = heard(try .sample([]), from: .zero, to: .zero)
        let first = failed(at: .seconds(1))
        #expect(!first.isSilent && !first.isTold && first.pause < .seconds(1))
        #expect(poll.cursor != nil, "nothing is lost")
        _ = failed(at: .seconds(9))
        let last = failed(at: .seconds(10))
        #expect(last.isSilent && last.isTold)
        #expect(poll.cursor == nil, "everything is asked for anew")
        let after = failed(at: .seconds(60))
        #expect(!after.isSilent && !after.isTold, "once is enough")
        for _ in 0..<10 { #expect(failed(at: .seconds(61)).pause <= .seconds(5)) }
        #expect(heard(try .sample([]), from: .seconds(70), to: .seconds(70)).isBack)
        #expect(try !heard(.sample([]), from: .seconds(70), to: .seconds(70)).isBack)
        #expect(failed(nonsense: true, at: .seconds(71)).isSilent)
    }
}
