/// A command line that is being typed, up to where it ends.
struct CompletionLine: Hashable, Sendable {
    /// What the last word is, or becomes.
    enum Place: Hashable, Sendable {
        case command
        case optionName
        /// - Parameter lead: What stands before the value in the same word, such as `--namespace=`.
        case optionValue(CommandGrammar.Option, lead: String)
        case positional(CommandGrammar.Positional, index: Int)
        /// Nothing that is known.
        case other
    }

    /// What the word has so far; of an option's value, that alone.
    private(set) var prefix: String
    private(set) var place = Place.other
    private(set) var command: CommandGrammar.Command?
    /// What stands at the places before.
    private(set) var positionals: [String] = []
    /// The values of options, by their longest names.
    private(set) var options: [String: String] = [:]

    /// - Parameter words: What stands behind `kubectl tproxy`; the last is the one that is being typed, and may be empty.
    init(_ words: [String], grammar: CommandGrammar) {
        prefix = words.last ?? ""
        guard words.count > 1 else {
            place = prefix.hasPrefix("-") ? .other : .command
            return
        }
        command = grammar.command(words[0])
        guard let command else { return }
        var waiting: CommandGrammar.Option?
        var areOptionsOver = false
        for word in words.dropFirst().dropLast() {
            if let option = waiting {
                options[option.names[0]] = word
                waiting = nil
            } else if !areOptionsOver, word == "--" {
                areOptionsOver = true
            } else if !areOptionsOver, word.hasPrefix("-"), word != "-" {
                waiting = take(word, of: command)
            } else {
                positionals.append(word)
            }
        }
        if let waiting {
            place = .optionValue(waiting, lead: "")
        } else if !areOptionsOver, prefix.hasPrefix("-") {
            setOptionPlace(of: command)
        } else {
            setPositionalPlace(of: command)
        }
    }

    /// Reads an option that is complete.
    ///
    /// - Returns: The option, if its value is the next word.
    private mutating func take(_ word: String, of command: CommandGrammar.Command) -> CommandGrammar.Option? {
        let parts = word.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard let option = command.option(parts[0]), option.takesValue else { return nil }
        guard parts.count == 2 else { return option }
        options[option.names[0]] = String(parts[1])
        return nil
    }

    private mutating func setOptionPlace(of command: CommandGrammar.Command) {
        let parts = prefix.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
        guard parts.count == 2 else {
            place = .optionName
            return
        }
        guard let option = command.option(parts[0]), option.takesValue else { return }
        prefix = String(parts[1])
        place = .optionValue(option, lead: "\(parts[0])=")
    }

    private mutating func setPositionalPlace(of command: CommandGrammar.Command) {
        guard command.name != "help" else {
            place = positionals.isEmpty ? .command : .other
            return
        }
        guard let last = command.positionals.last else { return }
        let index = positionals.count
        if index < command.positionals.count {
            place = .positional(command.positionals[index], index: index)
        } else if last.isRepeating {
            place = .positional(last, index: index)
        }
    }
}
