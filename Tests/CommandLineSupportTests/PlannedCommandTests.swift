import ArgumentParser
import CommandLineSupport
import Testing

@Suite("Planned commands")
struct PlannedCommandTests {
    private struct Root: ParsableCommand {
        static let configuration = CommandConfiguration(commandName: "root", subcommands: [Create.self])
    }

    private struct Create: PlannedCommand {
        static let invocation = "root create"
        static let version = "0.0.1"

        @OptionGroup var arguments: AnyArguments
    }

    @Test(
        arguments: [
            [], ["name"], ["--tenant", "t", "name", "-n", "shop"], ["--", "--x"], ["-xyz=1", "-"],
            ["", "--a=b", "--tls"],
            ["--version"],
        ]
    )
    func takesWhateverComes(arguments: [String]) throws {
        var command = try Root.parseAsRoot(["create"] + arguments)
        #expect(command is Create)
        let error = #expect(throws: ExitCode.self) { try command.run() }
        #expect(error?.rawValue == 64)
    }

    @Test func saysWhatIsMissing() {
        #expect(Create.notice == "root create: version 0.0.1 does not have this command yet; a later release will")
    }

    @Test(arguments: [["create", "--help"], ["create", "x", "-h"]])
    func explainsItself(arguments: [String]) {
        let error = #expect(throws: (any Error).self) {
            var command = try Root.parseAsRoot(arguments)
            try command.run()
        }
        #expect(error.map { Root.exitCode(for: $0) } == .success)
    }

    @Test(arguments: [["destroy"], ["--x"]])
    func leavesUsageErrorsToTheParser(arguments: [String]) {
        let error = #expect(throws: (any Error).self) { _ = try Root.parseAsRoot(arguments) }
        #expect(error.map { Root.exitCode(for: $0).rawValue } == 64)
    }
}
