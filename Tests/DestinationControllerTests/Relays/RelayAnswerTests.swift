import ObjectModel
import RelayRoutes
import Testing

@testable import DestinationController

@Suite("Relay answer")
struct RelayAnswerTests {
    private let asked = RelayCursor(epoch: "e", revision: 5)

    private func changes(_ epoch: String, _ revision: Int, complete: Bool) -> [UInt8] {
        RouteChanges(epoch: epoch, revision: revision, isComplete: complete, routes: [], closed: [7]).object.json()
    }

    @Test("What relays say is read")
    func read() throws {
        let claim = try RouteClaim.sample(20_001)
        let answer = try RelayAnswer.sample([claim.report(.pending)], closed: [20_002])
        #expect(answer.items == [RelayAnswer.Item(port: 20_001, mark: RouteMark(claim), lookup: .pending)])
        #expect(answer.closed == [20_002] && answer.isComplete && answer.isNews)
        #expect(answer.cursor == RelayCursor(epoch: "e", revision: 1))
        #expect(try !RelayAnswer(Array(nothing.utf8), asked: asked).isNews)
    }

    private let nothing = #"{"epoch":"e","revision":5,"complete":false,"routes":[],"closed":[]}"#

    @Test("It goes on from where was asked, or begins anew")
    func continuity() throws {
        #expect(try RelayAnswer(changes("e", 5, complete: false), asked: asked).cursor.revision == 5)
        #expect(try RelayAnswer(changes("e", 9, complete: false), asked: asked).cursor.revision == 9)
        #expect(try RelayAnswer(changes("f", 0, complete: true), asked: asked).cursor.epoch == "f")
        #expect(try RelayAnswer(changes("e", 0, complete: true), asked: nil).isComplete)
        for (body, asked) in [
            (changes("e", 4, complete: false), asked), (changes("f", 5, complete: false), asked),
            (changes("e", 5, complete: false), nil),
        ] {
            #expect(throws: RelayAnswer.Fault.notAsked) { try RelayAnswer(body, asked: asked) }
        }
    }

    @Test(
        "Nonsense is told from answers",
        arguments: [
            ("", RelayAnswer.Fault.notChanges), ("<html>", .notChanges), ("[]", .notChanges), ("{}", .notChanges),
            ("null", .notChanges), (#"{"epoch":1}"#, .notChanges), (String(repeating: "[", count: 5000), .notChanges),
            (#"{"epoch":"","revision":5,"complete":true,"routes":[],"closed":[]}"#, .notChanges),
            (#"{"epoch":"a b","revision":5,"complete":true,"routes":[],"closed":[]}"#, .notChanges),
            (#"{"epoch":"a&after=1","revision":5,"complete":true,"routes":[],"closed":[]}"#, .notChanges),
            (#"{"epoch":"e","revision":-1,"complete":true,"routes":[],"closed":[]}"#, .notChanges),
            (#"{"epoch":"e","revision":5,"complete":true,"routes":[{"port":1}],"closed":[]}"#, .notChanges),
            (#"{"epoch":"e","revision":5,"complete":true,"routes":[],"closed":["x"]}"#, .notChanges),
        ]
    )
    func nonsense(text: String, fault: RelayAnswer.Fault) {
        #expect(throws: fault) { try RelayAnswer(Array(text.utf8), asked: asked) }
    }
}
