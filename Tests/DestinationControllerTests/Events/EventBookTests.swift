import Testing

@testable import DestinationController

@Suite("Event book")
struct EventBookTests {
    private let start = ContinuousClock.now
    private let note = EventNote(.warning, reason: "R", note: "n")

    @Test("Each note once; repeated ones are counted in the same Event, now and then")
    func series() {
        var book = EventBook(now: start)
        func tell(_ note: EventNote, _ uid: String, _ seconds: Int) -> EventBook.Action {
            book.note(note, about: uid, now: start + .seconds(seconds))
        }
        #expect(tell(note, "a", 0) == .create(number: 1))
        #expect(tell(note, "a", 1) == .skip)
        #expect(tell(note, "a", 29) == .skip)
        #expect(tell(note, "a", 31) == .extend(number: 1, count: 4))
        #expect(tell(note, "a", 32) == .skip)
        #expect(tell(note, "b", 32) == .create(number: 2))
        #expect(tell(EventNote(.normal, reason: "R", note: "n"), "a", 33) == .create(number: 3))
        // Ten minutes of silence make it another one.
        #expect(tell(note, "a", 32 + 600) == .create(number: 4))
    }

    @Test("One resource can't take what others need, nor all of them the cluster")
    func rates() {
        var book = EventBook(now: start)
        func created(_ uid: String, _ count: Int, at seconds: Int = 0) -> Int {
            (0..<count).count { number in
                let note = EventNote(.warning, reason: "R", note: "\(uid) \(seconds) \(number)")
                return book.note(note, about: uid, now: start + .seconds(seconds)) != .skip
            }
        }
        #expect(created("a", 100) == 20)
        #expect(created("b", 1) == 1)
        let others = (0..<300).reduce(0) { $0 + created("c\($1)", 1) }
        #expect(others == 200 - 21)
        #expect(created("a", 100, at: 60) == 2)
    }

    @Test("Its memory is bounded")
    func memory() {
        var book = EventBook(now: start)
        // One a second is less than what may be told in all.
        var last = EventBook.Action.skip
        for second in 0..<3000 {
            last = book.note(note, about: "\(second)", now: start + .seconds(second))
        }
        #expect(last != .skip, "what is old makes room")
        var crowded = EventBook(now: start)
        let told = (0..<20_000).count { number in
            crowded.note(note, about: "\(number)", now: start + .milliseconds(number)) != .skip
        }
        #expect(told <= 200 + 20 * 5)
    }
}
