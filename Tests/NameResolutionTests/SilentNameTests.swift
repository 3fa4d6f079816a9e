import Testing

@testable import NameResolution

/// Names that were answered promptly until their name servers fell silent.
@Suite struct SilentNameTests {
    private let good = NameLookupScheduler.Answer.success([SchedulerFixture.address])

    @Test("a question is answered with the last addresses after 250 ms of a look-up, and further ones at once")
    func staleAddresses() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("mail.example")
        fixture.pass(.seconds(11))
        let question = fixture.ask("mail.example")
        fixture.pass(.milliseconds(249))
        #expect(fixture.answers[question] == nil)
        fixture.pass(.milliseconds(1))
        #expect(fixture.answers[question] == good)
        fixture.expectAnswer("mail.example")
        fixture.expectAnswer("mail.example", "other")
        #expect(fixture.running == ["mail.example"])
        // What the look-up finds in the end replaces them.
        let moved = NameLookupScheduler.Answer.success(["192.0.2.2"].compactMap { IPAddress($0) })
        fixture.finish("mail.example", moved)
        let later = fixture.ask("mail.example")
        #expect(fixture.answers[later] == moved)
    }

    @Test("addresses answer for five minutes after the look-up that found them")
    func staleAge() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("mail.example")
        fixture.pass(.seconds(11))
        fixture.ask("mail.example")
        fixture.pass(.seconds(288))
        fixture.expectAnswer("mail.example")
        fixture.pass(.seconds(1))
        let question = fixture.ask("mail.example")
        #expect(fixture.answers[question] == nil)
        fixture.finish("mail.example", .failure(.noAnswer))
        #expect(fixture.answers[question] == .failure(.noAnswer))
    }

    @Test("a look-up without answer leaves the last addresses in use, and one that finds no such name ends that")
    func failures() {
        var fixture = SchedulerFixture()
        fixture.makePrompt("mail.example")
        fixture.pass(.seconds(11))
        let unanswered = fixture.ask("mail.example")
        fixture.finish("mail.example", .failure(.noAnswer))
        #expect(fixture.answers[unanswered] == good)
        fixture.expectAnswer("mail.example")
        fixture.pass(.seconds(3))
        // Answered at once, since the last look-up failed, and looked up again.
        fixture.expectAnswer("mail.example")
        #expect(fixture.running == ["mail.example"])
        fixture.finish("mail.example", .failure(.notFound))
        fixture.pass(.seconds(3))
        let missing = fixture.ask("mail.example")
        #expect(fixture.answers[missing] == nil)
        fixture.finish("mail.example", .failure(.noAnswer))
        #expect(fixture.answers[missing] == .failure(.noAnswer))
    }

    @Test("a name that waits for a thread is looked up although its questions are answered")
    func refresh() {
        var fixture = SchedulerFixture()
        for name in ["one.example", "two.example", "three.example"] { fixture.makePrompt(name) }
        fixture.pass(.seconds(11))
        let questions = ["one.example", "two.example", "three.example"].map { fixture.ask($0) }
        #expect(fixture.running == ["one.example", "two.example"])
        fixture.pass(.milliseconds(250))
        #expect(questions.allSatisfy { fixture.answers[$0] == good })
        // What a question waits for comes first.
        fixture.ask("new.example")
        fixture.finish("one.example")
        #expect(fixture.running == ["two.example", "new.example"])
        fixture.finish("new.example")
        #expect(fixture.running == ["two.example", "three.example"])
    }

    @Test("two silent names of a namespace leave its threads after a second, and hold threads of their own")
    func sameNamespace() {
        var fixture = SchedulerFixture()
        for name in ["a.silent.example", "b.silent.example", "mail.example"] { fixture.makePrompt(name) }
        fixture.pass(.seconds(301))
        for name in ["a.silent.example", "b.silent.example", "mail.example", "new.example"] { fixture.ask(name) }
        #expect(fixture.running == ["a.silent.example", "b.silent.example"])
        fixture.pass(.seconds(1))
        #expect(fixture.running.suffix(2) == ["mail.example", "new.example"])
        #expect(fixture.scheduler.runningCount == 4)
        fixture.finish("mail.example")
        fixture.finish("new.example")
        // From now on they are known to be slow, and the neighbours aren't delayed at all.
        for name in ["a.silent.example", "b.silent.example"] { fixture.finish(name, .failure(.noAnswer)) }
        fixture.pass(.seconds(11))
        for name in ["a.silent.example", "b.silent.example", "mail.example", "newer.example"] { fixture.ask(name) }
        #expect(fixture.running == ["a.silent.example", "mail.example", "newer.example"])
    }

    @Test("look-ups that take long hold the threads of their lane once no others are left")
    func lingering() {
        var fixture = SchedulerFixture()
        for number in 0..<5 { fixture.makePrompt("mail\(number).silent.example") }
        fixture.pass(.seconds(301))
        for number in 0..<5 { fixture.ask("mail\(number).silent.example") }
        fixture.pass(.seconds(1))
        fixture.pass(.seconds(1))
        #expect(fixture.scheduler.runningCount == 4)
        fixture.finish("mail0.silent.example", .failure(.noAnswer))
        #expect(fixture.running.last == "mail4.silent.example")
        #expect(fixture.scheduler.runningCount == 4)
    }

    @Test("200 names of 100 namespaces that fall silent together delay the names of others by a second at most")
    func manyNamespaces() {
        var fixture = SchedulerFixture()
        let silent = (0..<200).map { (name: "mail\($0).silent.example", namespace: "hostile\($0 / 2)") }
        for (name, namespace) in silent { fixture.makePrompt(name, namespace) }
        fixture.makePrompt("mail.example")
        fixture.pass(.seconds(11))
        for (name, namespace) in silent { fixture.ask(name, namespace) }
        #expect(fixture.running.count == 12)
        let known = fixture.ask("mail.example")
        let new = fixture.ask("new.example", "other")
        fixture.pass(.milliseconds(250))
        #expect(fixture.answers[known] == good)
        #expect(fixture.answers[new] == nil)
        fixture.pass(.milliseconds(750))
        #expect(fixture.running.contains("new.example"))
        fixture.finish("new.example")
        // All of them are tried again, without a question that waits, and have some of the threads only.
        for _ in 0..<60 {
            fixture.pass(.milliseconds(500))
            for (name, namespace) in silent { fixture.expectAnswer(name, namespace) }
            let question = fixture.ask("new\(fixture.running.count).example", "other\(fixture.running.count)")
            if fixture.answers[question] == nil, let name = fixture.running.last {
                #expect(name.hasPrefix("new"))
                fixture.finish(name)
            }
        }
        #expect(fixture.scheduler.runningCount > 40)
    }

    @Test("a name leaves the slow lane with three prompt look-ups in a row")
    func recovery() {
        var fixture = SchedulerFixture()
        fixture.makeSlow("mail.example", "shop")
        for number in 0..<5 { fixture.makeSlow("mail\(number).slow.example", "slow\(number)") }
        fixture.makePromptAgain("mail.example", times: 2)
        fixture.pass(.seconds(11))
        fixture.makeSlow("mail.example", "shop")
        fixture.makePromptAgain("mail.example", times: 2)
        fixture.pass(.seconds(301))
        for number in 0..<5 { fixture.ask("mail\(number).slow.example", "slow\(number)") }
        fixture.ask("mail.example")
        #expect(!fixture.running.contains("mail.example"))
        fixture.finish("mail0.slow.example", .failure(.noAnswer))
        fixture.finish("mail1.slow.example", .failure(.noAnswer))
        #expect(fixture.running.last == "mail.example")
        fixture.finish("mail.example")
        fixture.pass(.seconds(11))
        for number in 0..<5 { fixture.ask("mail\(number).slow.example", "slow\(number)") }
        fixture.ask("mail.example")
        #expect(fixture.running.last == "mail.example")
    }
}
