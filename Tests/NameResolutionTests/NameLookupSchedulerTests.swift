import TestSupport
import Testing

@testable import NameResolution

@Suite struct NameLookupSchedulerTests {
    private let good = NameLookupScheduler.Answer.success([SchedulerFixture.address])

    @Test("concurrent questions for one name share a look-up, across namespaces and in any case of letters")
    func sharing() {
        var fixture = SchedulerFixture()
        let questions = [
            fixture.ask("mail.example", "a"), fixture.ask("MAIL.example", "a"), fixture.ask("mail.example", "b"),
        ]
        #expect(fixture.running == ["mail.example"])
        fixture.finish("mail.example")
        #expect(questions.allSatisfy { fixture.answers[$0] == good })
        #expect(fixture.scheduler.waitingCount == 0)
    }

    @Test("a name with a final dot is looked up as it is written")
    func finalDot() {
        var fixture = SchedulerFixture()
        fixture.ask("mail.example.")
        fixture.ask("mail.example", "other")
        #expect(fixture.running == ["mail.example.", "mail.example"])
    }

    @Test("addresses are kept for 10 s and failures for 2 s")
    func ages() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("mail.example")
        fixture.pass(.seconds(9))
        let known = fixture.ask("mail.example")
        #expect(fixture.answers[known] == good)
        fixture.pass(.seconds(1))
        fixture.ask("mail.example")
        #expect(fixture.running == ["mail.example"])
        fixture.finish("mail.example", .failure(.notFound))
        fixture.pass(.seconds(1))
        let failed = fixture.ask("mail.example")
        #expect(fixture.answers[failed] == .failure(.notFound))
        fixture.pass(.seconds(1))
        fixture.ask("mail.example")
        #expect(fixture.running == ["mail.example"])
    }

    @Test("a question is answered after its time limit, and its look-up holds the thread until it returns")
    func timeLimit() {
        var fixture = SchedulerFixture()
        let question = fixture.ask("slow.example")
        fixture.pass(.seconds(14))
        #expect(fixture.answers[question] == nil)
        fixture.pass(.seconds(1))
        #expect(fixture.answers[question] == .failure(.timedOut))
        #expect(fixture.scheduler.runningCount == 1)
        fixture.finish("slow.example", .failure(.noAnswer))
        #expect(fixture.scheduler.runningCount == 0)
    }

    @Test("a question that is withdrawn starts nothing and leaves nothing behind")
    func cancelling() {
        var fixture = SchedulerFixture()
        fixture.ask("first.example")
        let second = fixture.ask("second.example")
        fixture.cancel(second)
        fixture.finish("first.example")
        #expect(fixture.running.isEmpty)
        #expect(fixture.scheduler.waitingCount == 0)
        #expect(fixture.answers[second] == nil)
    }

    @Test("a namespace has one look-up of names that are not known to be prompt, and two in all")
    func namespaceLimit() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("one.example")
        fixture.makePrompt("two.example")
        fixture.makePrompt("three.example")
        fixture.pass(.seconds(11))
        for name in ["new.example", "newer.example", "one.example", "two.example", "three.example"] {
            fixture.ask(name)
        }
        #expect(fixture.running == ["new.example", "one.example"])
        fixture.finish("one.example")
        #expect(fixture.running == ["new.example", "two.example"])
        fixture.finish("two.example")
        #expect(fixture.running == ["new.example", "three.example"])
        fixture.finish("three.example")
        #expect(fixture.running == ["new.example"])
        fixture.finish("new.example")
        #expect(fixture.running == ["newer.example"])
    }

    @Test("200 silent names of one namespace hold three threads, and the look-ups of others start at once")
    func silentNamespace() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("known.example", "hostile")
        for number in 0..<200 { fixture.ask("mail\(number).silent.example", "hostile") }
        #expect(fixture.running.count == 1)
        for round in 0..<50 {
            // What the silent name servers leave behind, and what others ask for meanwhile.
            fixture.pass(.seconds(11))
            fixture.ask("mail\(round).silent.example", "hostile")
            for neighbour in 0..<10 {
                let before = fixture.scheduler.steps
                let name = "mail.neighbour\(neighbour).example"
                let question = fixture.ask(name, "neighbour\(neighbour)")
                #expect(fixture.running.last == name)
                fixture.finish(name)
                #expect(fixture.answers[question] == good)
                #expect(fixture.scheduler.steps - before <= 2)
            }
            // A name of the hostile namespace itself that is known to be prompt has a thread, too.
            fixture.ask("known.example", "hostile")
            #expect(fixture.running.last == "known.example")
            fixture.finish("known.example")
            if round % 3 == 2, let stuck = fixture.running.first { fixture.finish(stuck, .failure(.noAnswer)) }
            #expect(fixture.running.count <= 3)
        }
    }

    @Test("names whose last look-up took over a second share four threads")
    func slowLane() {
        var fixture = SchedulerFixture()
        for number in 0..<10 { fixture.makeSlow("mail\(number).slow.example", "slow\(number)") }
        for number in 0..<10 { fixture.ask("mail\(number).slow.example", "slow\(number)") }
        #expect(fixture.running.count == 4)
        // New names of such namespaces have four more, and leave four to those of others.
        for number in 0..<10 { fixture.ask("new\(number).slow.example", "slow\(number)") }
        #expect(fixture.running.count == 8)
        for number in 0..<8 { fixture.ask("mail\(number).example", "other\(number)") }
        #expect(fixture.running.suffix(4) == (0..<4).map { "mail\($0).example" })
        #expect(fixture.running.count == 12)
        // Namespaces take turns.
        fixture.finish("mail0.slow.example")
        #expect(fixture.running.last == "mail4.slow.example")
    }

    @Test("names that were answered promptly have threads of their own, however many new names are asked for")
    func promptNames() {
        var fixture = SchedulerFixture()
        for number in 0..<4 { fixture.makePrompt("mail\(number).example", "prompt\(number)") }
        fixture.pass(.seconds(11))
        for number in 0..<100 { fixture.ask("new\(number).example", "new\(number)") }
        #expect(fixture.running.count == 8)
        for number in 0..<4 { fixture.ask("mail\(number).example", "prompt\(number)") }
        #expect(fixture.running.suffix(4) == (0..<4).map { "mail\($0).example" })
    }

    @Test("namespaces take turns, whatever the number of names that each waits for")
    func fairness() {
        var limits = NameLookupLimits()
        limits.untriedThreads = 1
        var fixture = SchedulerFixture(limits)
        for number in 0..<50 { fixture.ask("mail\(number).big.example", "big") }
        fixture.ask("mail.small.example", "small")
        var order: [String] = []
        while let name = fixture.running.first, order.count < 4 {
            order.append(name)
            fixture.finish(name)
        }
        #expect(order == ["mail0.big.example", "mail.small.example", "mail1.big.example", "mail2.big.example"])
    }

    @Test("a namespace may have 256 questions waiting, and further ones fail at once")
    func waitingLimit() {
        var fixture = SchedulerFixture()
        for number in 0..<256 { fixture.ask("mail\(number).example", "hostile") }
        let refused = fixture.ask("mail.example", "hostile")
        #expect(fixture.answers[refused] == .failure(.overloaded))
        let other = fixture.ask("mail.example", "other")
        #expect(fixture.answers[other] == nil)
        #expect(fixture.running == ["mail0.example", "mail.example"])
    }

    @Test("the names that are remembered are bounded, and the oldest is forgotten")
    func bounds() {
        var limits = NameLookupLimits()
        limits.names = 10
        var fixture = SchedulerFixture(limits)
        for number in 0..<11 {
            fixture.makePrompt("mail\(number).example")
            fixture.pass(.milliseconds(1))
        }
        let kept = fixture.ask("mail1.example")
        #expect(fixture.answers[kept] != nil)
        let forgotten = fixture.ask("mail0.example")
        #expect(fixture.answers[forgotten] == nil)
    }
}
