import Testing

@testable import DestinationController

@Suite("Failure table")
struct FailureTableTests {
    @Test("Equal failures are one, until the last use of them ends")
    func uses() throws {
        var table = FailureTable()
        let failure = FailureTable.Failure(reason: "R", message: "m")
        let tokens = [table.take(failure), table.take(failure)]
        #expect(table.count == 1 && tokens[0] == tokens[1])
        table.release(tokens[0])
        #expect(table[tokens[1]] == failure)
        table.release(tokens[1])
        #expect(table.count == 0 && table[tokens[1]] == nil)
    }

    @Test("What relays say is bounded, one by one and all together")
    func bounds() {
        let long = String(repeating: "x\n\u{1B}", count: 5000)
        let failure = FailureTable.Failure(reason: long, message: long)
        #expect(failure.reason.utf8.count <= 200 && failure.message.utf8.count <= 1000)
        #expect(!"\(failure)".contains("\n") && !"\(failure)".contains("\u{1B}"))
        #expect(FailureTable.Failure(reason: "", message: "").reason == "ConfigurationFailed")

        var table = FailureTable(capacity: 10)
        let tokens = (0..<100).map { table.take(.init(reason: "R", message: "\($0)")) }
        #expect(table.count == 11)
        #expect(table[tokens[9]]?.message == "9")
        #expect(tokens[10...].allSatisfy { table[$0] == .another })
        for token in tokens[10...] { table.release(token) }
        table.release(tokens[3])
        #expect(table.count == 9)
        let next = table.take(.init(reason: "R", message: "next"))
        #expect(table[next]?.message == "next" && table[tokens[9]]?.message == "9")
    }
}
