import ArgumentParser
import ObjectModel

/// What may be typed behind `kubectl tproxy`, as the commands themselves declare it.
struct CommandGrammar: Hashable, Sendable {
    /// An option or a flag.
    struct Option: Hashable, Sendable {
        /// With their hyphens, the long one first.
        let names: [String]
        let summary: String
        let takesValue: Bool
        /// What it may be, where that is a list.
        let values: [String]
    }

    /// What stands at a place of its own.
    struct Positional: Hashable, Sendable {
        /// What help calls it.
        let valueName: String
        let values: [String]
        /// Whether there may be several.
        let isRepeating: Bool
    }

    struct Command: Hashable, Sendable {
        let name: String
        let aliases: [String]
        let summary: String
        let options: [Option]
        let positionals: [Positional]

        func option(_ name: some StringProtocol) -> Option? { options.first { $0.names.contains(String(name)) } }
    }

    let commands: [Command]

    func command(_ name: String) -> Command? { commands.first { $0.name == name || $0.aliases.contains(name) } }

    /// The plugin's.
    static func plugin() -> CommandGrammar {
        let dump = try? JSONReader.document(PluginCommand._dumpHelp()).value
        return CommandGrammar(dump?["command"] ?? .null)
    }

    /// Reads the parser's own description of a command and its subcommands.
    init(_ command: ObjectValue) {
        commands = (command["subcommands"]?.arrayValue ?? []).filter { $0["shouldDisplay"] != .bool(false) }.map(
            Command.init
        )
    }
}

extension CommandGrammar.Command {
    fileprivate init(_ command: ObjectValue) {
        name = command["commandName"]?.stringValue ?? ""
        aliases = (command["aliases"]?.arrayValue ?? []).compactMap(\.stringValue)
        summary = command["abstract"]?.stringValue ?? ""
        let arguments = (command["arguments"]?.arrayValue ?? []).filter { $0["shouldDisplay"] != .bool(false) }
        options = arguments.filter { $0["kind"] != .string("positional") }.map(CommandGrammar.Option.init)
        positionals = arguments.filter { $0["kind"] == .string("positional") }.map(CommandGrammar.Positional.init)
    }
}

extension CommandGrammar.Option {
    fileprivate init(_ argument: ObjectValue) {
        let names = (argument["names"]?.arrayValue ?? []).compactMap { name -> String? in
            guard let text = name["name"]?.stringValue else { return nil }
            return (name["kind"] == .string("long") ? "--" : "-") + text
        }
        self.names = names.sorted { $0.count > $1.count }
        summary = argument["abstract"]?.stringValue ?? ""
        takesValue = argument["kind"] == .string("option")
        values = CommandGrammar.values(argument)
    }
}

extension CommandGrammar.Positional {
    fileprivate init(_ argument: ObjectValue) {
        valueName = argument["valueName"]?.stringValue ?? ""
        values = CommandGrammar.values(argument)
        isRepeating = argument["isRepeating"] == .bool(true)
    }
}

extension CommandGrammar {
    fileprivate static func values(_ argument: ObjectValue) -> [String] {
        (argument["allValues"]?.arrayValue ?? argument["allValueStrings"]?.arrayValue ?? []).compactMap(\.stringValue)
    }
}
