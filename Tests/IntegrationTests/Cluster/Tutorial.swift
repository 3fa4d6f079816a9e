import FoundationEssentials
import TestSupport

/// A page whose blocks are files to write and commands to type, with what those print.
///
/// A block that begins with "```yaml PATH" is a file. In one that begins with "```console", a line that begins with "$ "
/// is a command, and what follows is what it printed.
struct Tutorial {
    struct Command {
        let line: String
        var output: String
    }

    enum Part {
        /// What readers see and nobody does.
        case text(String)
        case file(path: String, content: String)
        case session([Command])
    }

    var parts: [Part] = []

    init(_ text: String) {
        var lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)[...]
        var prose: [String] = []
        while let line = lines.popFirst() {
            let isSession = line == "```console"
            guard isSession || line.hasPrefix("```yaml ") else {
                prose.append(line)
                continue
            }
            let block = lines.prefix { $0 != "```" }
            lines = lines.dropFirst(block.count + 1)
            self.parts.append(.text(prose.joined(separator: "\n")))
            prose = []
            self.parts.append(
                isSession
                    ? .session(Self.commands(block))
                    : .file(
                        path: String(line.dropFirst("```yaml ".count)),
                        content: block.map { $0 + "\n" }.joined()
                    )
            )
        }
        self.parts.append(.text(prose.joined(separator: "\n")))
    }

    private static func commands(_ block: ArraySlice<String>) -> [Command] {
        var commands: [Command] = []
        for line in block {
            if line.hasPrefix("$ ") {
                commands.append(Command(line: String(line.dropFirst(2)), output: ""))
            } else if !commands.isEmpty {
                commands[commands.count - 1].output += line + "\n"
            }
        }
        return commands
    }

    /// The page.
    var text: String {
        self.parts.map { part in
            switch part {
            case .text(let text): text
            case .file(let path, let content): "```yaml \(path)\n\(content)```"
            case .session(let commands):
                "```console\n" + commands.map { "$ \($0.line)\n\($0.output)" }.joined() + "```"
            }
        }.joined(separator: "\n")
    }
}
