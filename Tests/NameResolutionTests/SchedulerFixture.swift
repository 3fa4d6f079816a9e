import Testing

@testable import NameResolution

/// A scheduler with a clock that stands until it is moved, and what it has decided so far.
struct SchedulerFixture {
    static let address = ["192.0.2.1"].compactMap { IPAddress($0) }[0]

    private(set) var scheduler: NameLookupScheduler
    private(set) var now = ContinuousClock.now
    /// Names whose look-up runs, in the order in which they were started.
    private(set) var running: [String] = []
    private(set) var answers: [Int: NameLookupScheduler.Answer] = [:]
    private var lastQuestion = 0

    init(_ limits: NameLookupLimits = NameLookupLimits()) {
        scheduler = NameLookupScheduler(limits)
    }

    @discardableResult
    mutating func ask(_ name: String, _ namespace: String = "shop") -> Int {
        lastQuestion += 1
        perform(scheduler.ask(lastQuestion, for: name, namespace: namespace, at: now))
        return lastQuestion
    }

    mutating func cancel(_ question: Int) { scheduler.cancel(question) }

    mutating func finish(_ name: String, _ answer: NameLookupScheduler.Answer = .success([Self.address])) {
        #expect(running.contains(name))
        running.removeAll { $0 == name }
        perform(scheduler.finished(name, answer, at: now))
    }

    mutating func pass(_ time: Duration) {
        now += time
        perform(scheduler.advance(to: now))
    }

    /// Has a name looked up within no time.
    mutating func makePrompt(_ name: String, _ namespace: String = "shop") {
        ask(name, namespace)
        finish(name)
    }

    /// Has each of a name's look-ups return at once, again and again, with addresses.
    mutating func makePromptAgain(_ name: String, _ namespace: String = "shop", times: Int) {
        for _ in 0..<times {
            pass(.seconds(11))
            ask(name, namespace)
            finish(name)
        }
    }

    /// Expects that a new question for the name is answered at once.
    mutating func expectAnswer(_ name: String, _ namespace: String = "shop") {
        let question = ask(name, namespace)
        #expect(answers[question] == .success([Self.address]))
    }

    /// Has a name looked up that takes longer than a second, and forgets the answer.
    mutating func makeSlow(_ name: String, _ namespace: String) {
        ask(name, namespace)
        pass(.seconds(2))
        finish(name, .failure(.noAnswer))
        pass(.seconds(11))
    }

    private mutating func perform(_ actions: [NameLookupScheduler.Action]) {
        for action in actions {
            switch action {
            case .start(let name):
                #expect(!running.contains(name), "one look-up of a name at a time")
                running.append(name)
            case .answer(let question, let answer):
                #expect(answers[question] == nil, "one answer to a question")
                answers[question] = answer
            }
        }
        #expect(scheduler.runningCount == running.count)
        #expect(running.count <= 64)
    }
}
