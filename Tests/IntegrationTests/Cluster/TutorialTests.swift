import FoundationEssentials
import TestSupport
import Testing

/// docs/tutorial.md, in a cluster of its own: it begins with an empty one.
@Suite(
    .serialized,
    .enabled("there is no whole cluster and none can be started; the line above says why") {
        try await Cluster.isPossible()
    },
    .mailServers(names: OutsideWorld.names)
)
struct TutorialTests {
    static let page = "docs/tutorial.md"
    /// What stands in the output of a command that doesn't exit with 0.
    private static let complaints = ["✘", "error: ", " is invalid: "]

    @Test("Every command prints what the page says")
    func commands() async throws {
        var tutorial = Tutorial(try Repository.text(Self.page))
        let isWriting = ProcessInfo.processInfo.environment["TPROXY_WRITE_GOLDENS"] == "1"
        try await TutorialReader.with { reader in
            for index in tutorial.parts.indices {
                switch tutorial.parts[index] {
                case .text: break
                case .file(let path, let content): try reader.write(content, to: path)
                case .session(var commands):
                    for number in commands.indices {
                        Progress.say("$ \(commands[number].line)")
                        let (output, isGood) = try await reader.type(commands[number].line)
                        let (said, kept) = (reader.stable(output), reader.stable(commands[number].output))
                        #expect(isGood != Self.complaints.contains { said.contains($0) }, "$ \(commands[number].line)")
                        guard said != kept else { continue }
                        commands[number].output = output
                        if !isWriting { #expect(said == kept, "$ \(commands[number].line)") }
                    }
                    tutorial.parts[index] = .session(commands)
                }
            }
            try await reader.checkMail()
        }
        guard isWriting else { return }
        try tutorial.text.write(toFile: Repository.path(Self.page), atomically: true, encoding: .utf8)
    }
}
