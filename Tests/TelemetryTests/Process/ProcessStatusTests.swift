import Testing

@testable import Telemetry

@Suite("/proc/<pid>/stat")
struct ProcessStatusTests {
    private static let fields =
        "S 1 2 3 0 -1 4194560 10 0 0 0 250 50 0 0 20 0 8 0 9000 1000000 777 18446744073709551615"

    @Test(arguments: ["(tproxy-relay)", "(a b)", "(a) S 1 2 3)", "())"])
    func readsThePartsWhateverTheProgramIsCalled(name: String) throws {
        let status = try #require(ProcessStatus(statLine: "42 \(name) \(Self.fields)\n"))
        #expect(status.processorTicks == 300)
        #expect(status.startTicks == 9000)
        #expect(status.residentPages == 777)
    }

    @Test(arguments: ["", "42", "42 (a)", "42 (a) S 1 2 3", "42 (a) S x x x x x x x x x x x x x x x x x x x x x x x"])
    func refusesOtherLines(line: String) {
        #expect(ProcessStatus(statLine: line) == nil)
    }
}
