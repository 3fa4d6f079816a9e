import TestSupport
import Testing

@Suite("The tutorial's page") struct TutorialPageTests {
    @Test("What is read is what is written")
    func reading() throws {
        let text = try Repository.text(TutorialTests.page)
        let tutorial = Tutorial(text)
        #expect(tutorial.text == text)
        let commands = tutorial.parts.flatMap { part -> [Tutorial.Command] in
            if case .session(let commands) = part { commands } else { [] }
        }
        #expect(commands.count > 15)
        #expect(commands.allSatisfy { $0.line.hasPrefix("kubectl ") || $0.line.hasPrefix("mkdir ") })
    }
}
