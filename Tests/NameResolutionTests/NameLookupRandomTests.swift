import TestSupport
import Testing

@testable import NameResolution

@Suite struct NameLookupRandomTests {
    @Test("in any order of events each question is answered once and no bound is exceeded", arguments: UInt64(0)..<20)
    func random(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var fixture = SchedulerFixture()
        var open: Set<Int> = []
        /// When each name was last found.
        var found: [String: ContinuousClock.Instant] = [:]
        for _ in 0..<3000 {
            switch Int.random(in: 0..<10, using: &generator) {
            case 0..<5:
                let name = "mail\(Int.random(in: 0..<80, using: &generator)).example"
                let question = fixture.ask(name, "ns\(Int.random(in: 0..<20, using: &generator))")
                open.insert(question)
                let limits = NameLookupLimits()
                if fixture.answers[question] == nil, let foundAt = found[name],
                    fixture.now - foundAt < limits.staleAge - limits.staleAfter
                {
                    var later = fixture
                    later.pass(limits.staleAfter)
                    #expect(later.answers[question] != nil, "the last addresses answer")
                }
            case 5..<8:
                guard let name = fixture.running.randomElement(using: &generator) else { continue }
                switch Int.random(in: 0..<4, using: &generator) {
                case 0: fixture.finish(name, .failure(.noAnswer))
                case 1:
                    fixture.finish(name, .failure(.notFound))
                    found[name] = nil
                default:
                    fixture.finish(name)
                    found[name] = fixture.now
                }
            case 8:
                if let question = open.filter({ fixture.answers[$0] == nil }).randomElement(using: &generator) {
                    fixture.cancel(question)
                    open.remove(question)
                }
            default:
                fixture.pass(.milliseconds(Int.random(in: 0..<3000, using: &generator)))
            }
            #expect(fixture.running.count <= 12 + 4 + 48)
        }
        while let name = fixture.running.first { fixture.finish(name) }
        #expect(open.allSatisfy { fixture.answers[$0] != nil })
        #expect(fixture.scheduler.waitingCount == 0)
        fixture.pass(.seconds(20))
        #expect(fixture.scheduler.nextDeadline == nil, "no timer without something to wait for")
    }

    @Test("a namespace holds four threads at most", arguments: UInt64(0)..<5)
    func oneNamespace(seed: UInt64) {
        var generator = SeededGenerator(seed: seed)
        var fixture = SchedulerFixture()
        for _ in 0..<2000 {
            switch Int.random(in: 0..<4, using: &generator) {
            case 0, 1: fixture.ask("mail\(Int.random(in: 0..<40, using: &generator)).example")
            case 2: fixture.pass(.milliseconds(Int.random(in: 0..<2000, using: &generator)))
            default: if let name = fixture.running.randomElement(using: &generator) { fixture.finish(name) }
            }
            #expect(fixture.running.count <= 4)
        }
    }
}
