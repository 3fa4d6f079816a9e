import NIOCore
import Testing

@testable import SMTP

@Suite("Deadlines towards mail servers")
struct SessionDeadlinesTests {
    private var deadlines = SessionDeadlines(ClientTimeLimits())

    /// The deadline at a time, both in seconds.
    private mutating func deadline(
        _ expectation: ClientExpectation?,
        _ number: Int = 0,
        isWritable: Bool = true,
        at seconds: Int64
    ) -> Int64? {
        let pending = expectation.map { ClientMachine.PendingReply(expectation: $0, number: number) }
        let now = NIODeadline.uptimeNanoseconds(0) + .seconds(seconds)
        let deadline = deadlines.update(pending, isWritable: isWritable, at: now)
        return deadline.map { Int64($0.uptimeNanoseconds / 1_000_000_000) }
    }

    @Test("A deadline stays where it is until the reply is complete")
    mutating func fixed() {
        #expect(deadline(nil, at: 0) == nil)
        #expect(deadline(.mail, 3, at: 10) == 310)
        for second in 11..<300 { #expect(deadline(.mail, 3, at: Int64(second)) == 310) }
        #expect(deadline(nil, at: 300) == nil)
        #expect(deadline(.mail, 4, at: 400) == 700)
    }

    @Test("The deadline of a pipelined request runs from when the reply before it is complete")
    mutating func pipelined() {
        #expect(deadline(.recipient, 3, at: 0) == 300)
        #expect(deadline(.recipient, 4, at: 100) == 400)
        #expect(deadline(.data, 5, at: 150) == 270)
        #expect(deadline(.endOfData, 6, at: 200) == 800)
    }

    @Test("The login has a total, however many replies it takes")
    mutating func login() {
        #expect(deadline(.greeting, 0, at: 0) == 300)
        #expect(deadline(.ehlo, 1, at: 200) == 500)
        #expect(deadline(.authentication, 2, at: 300) == 500)
        for number in 3..<200 { #expect(deadline(.authentication, number, at: 300 + Int64(number)) == 500) }
        #expect(deadline(.mail, 200, at: 510) == 810)
    }

    @Test("A server that takes nothing is blocked until it has taken what lies between the water marks")
    mutating func blocked() {
        #expect(deadline(nil, isWritable: false, at: 0) == 180)
        #expect(deadline(nil, isWritable: false, at: 179) == 180)
        #expect(deadline(nil, isWritable: true, at: 179) == nil)
        #expect(deadline(nil, isWritable: false, at: 180) == 360)
        // The earlier of the two counts.
        #expect(deadline(.endOfData, 1, isWritable: false, at: 200) == 360)
        #expect(deadline(.endOfData, 1, isWritable: true, at: 210) == 800)
    }
}
