import DestinationModel
import Kubernetes
import ObjectModel
import Testing

@testable import DestinationController

@Suite("What is worth an Event")
struct StatusNotesTests {
    private let subject = StatusSubject.sample

    private func failed(_ reason: String, _ message: String = "m; do") -> RouteProof {
        .failed(reason: reason, message: message)
    }

    /// The notes of the last of several statuses, one upon the other.
    private func notes(_ steps: [[TenantStatus]], problems: [ResourceProblem?] = []) -> [String] {
        var before = StatusReading.none
        var notes: [EventNote] = []
        for (index, tenants) in steps.enumerated() {
            let composed = StatusComposer.compose(
                subject,
                tenants: tenants,
                problem: problems.isEmpty ? nil : problems[index],
                before: before,
                now: .at(index)
            )
            notes = composed.notes
            before = StatusReading(composed.status)
        }
        return notes.map { "\($0.kind.rawValue) \($0.reason) \($0.note)" }
    }

    @Test("Becoming available is, staying so isn't")
    func available() {
        let ready = [subject.tenant("a", .open)]
        #expect(notes([ready]) == ["Normal ConfigurationSuccessful mail can be sent"])
        #expect(notes([ready, ready]) == [])
        #expect(notes([[subject.tenant("a", .noRelay)], ready]).count == 1)
    }

    @Test("A tenant that fails is, and one that fails for another reason; what only goes on isn't")
    func failing() {
        let first = [subject.tenant("a", .open), subject.tenant("b", failed("R1"))]
        #expect(notes([first]) == ["Warning R1 b: m; do"])
        #expect(notes([first, first]) == [])
        #expect(notes([first, [subject.tenant("a", .open), subject.tenant("b", failed("R1", "other; do"))]]) == [])
        let another = [subject.tenant("a", .open), subject.tenant("b", failed("R2"))]
        #expect(notes([first, another]) == ["Warning R2 b: m; do"])
        let both = [subject.tenant("a", failed("R1")), subject.tenant("b", failed("R1"))]
        #expect(notes([first, both]) == ["Warning R1 a: m; do"])
    }

    @Test("Waiting isn't, but where mail could be sent before")
    func pending() {
        let pending = [subject.tenant("a", .noRelay)]
        #expect(notes([pending]) == [])
        #expect(notes([pending, [subject.tenant("a", .lookingUp)]]) == [])
        let lost = notes([[subject.tenant("a", .open)], pending])
        #expect(lost.count == 1 && lost[0].hasPrefix("Warning RelayNotReady a: no relay is ready; "))
        // One who is new waits, and that's all.
        let more = [subject.tenant("a", .open), subject.tenant("b", .unknown)]
        #expect(notes([[subject.tenant("a", .open)], more]) == [])
    }

    @Test("Nor is it worth an Event that a changed resource takes a moment")
    func changed() {
        let before = StatusComposer.compose(
            subject,
            tenants: [subject.tenant("a", .open)],
            before: .none,
            now: .at(0)
        )
        var changed = subject
        changed.generation += 1
        let after = StatusComposer.compose(
            changed,
            tenants: [changed.tenant("a", .unknown)],
            before: StatusReading(before.status),
            now: .at(1)
        )
        #expect(after.isChanged && after.notes.isEmpty)
    }

    @Test("Many tenants that fail at once are told together")
    func many() {
        let same = (1...500).map { subject.tenant("t\($0)", failed("R1")) }
        #expect(notes([same]) == ["Warning R1 t1, t2, t3, t4, t5 and 495 more: m; do"])
        let various = (1...500).map { subject.tenant("t\($0)", failed("R1", "m\($0); do")) }
        #expect(notes([various]).count == 5)
    }

    @Test("A problem of the whole resource is, once")
    func problem() {
        let problem = ResourceProblem(reason: "ConfigurationFailed", message: "wrong; mend it")
        let tenants = [subject.tenant("a", serviceName: "mail-a", problem: .resource(problem))]
        #expect(notes([tenants], problems: [problem]) == ["Warning ConfigurationFailed wrong; mend it"])
        #expect(notes([tenants, tenants], problems: [problem, problem]) == [])
    }
}
