import TestSupport
import Testing

@testable import kubectl_tproxy

@Suite("Completion of command lines")
struct CompletionTests {
    private static let grammar = CommandGrammar.plugin()

    private func source(_ words: [String]) -> CompletionSource {
        CompletionSource(CompletionLine(words, grammar: Self.grammar), grammar: Self.grammar)
    }

    /// What is offered where the cluster has `names`.
    private func texts(_ words: [String], _ names: [String] = []) -> [String] {
        let line = CompletionLine(words, grammar: Self.grammar)
        var candidates = names.map { CompletionSource.Candidate(text: $0) }
        if case .fixed(let fixed) = CompletionSource(line, grammar: Self.grammar) { candidates = fixed }
        return CompletionAnswer(candidates, for: line).candidates.map(\.text)
    }

    @Test("Commands are those of the help, without the hidden one")
    func commands() {
        #expect(texts([""]).contains("describe") && texts([]).contains("send"))
        #expect(!texts([""]).contains("__complete"))
        #expect(texts(["t"]) == ["tenants", "template"])
        #expect(texts(["help", "ver"]) == ["version"])
        #expect(texts(["-"]).isEmpty && texts(["nonsense", ""]).isEmpty)
    }

    @Test("Options and their values come from the commands")
    func options() {
        #expect(texts(["send", "--t"]) == ["--tenant", "--to", "--timeout"])
        #expect(texts(["send", "-n", "x", "--verb"]) == ["--verbose"])
        #expect(texts(["get", "-o", "j"]) == ["json"])
        #expect(texts(["get", "--output=y"]) == ["--output=yaml"])
        #expect(texts(["create", "x", "--dry-run", ""]) == ["none", "client", "server"])
        #expect(texts(["completion", ""]) == ["bash", "zsh", "fish", "executable"])
        #expect(texts(["tenants", "mail", ""]) == ["list", "add", "remove"])
        #expect(texts(["get", "--", "--o"]).isEmpty)
    }

    @Test("The cluster is asked for names where names belong")
    func names() {
        for command in ["get", "describe", "status", "delete", "tenants", "send"] {
            #expect(source([command, ""]) == .destinations, "\(command)")
        }
        #expect(source(["delete", "a", "b"]) == .destinations)
        #expect(source(["describe", "a", ""]) == .fixed([]))
        #expect(source(["create", ""]) == .fixed([]))
        #expect(source(["get", "-n", ""]) == .namespaces && source(["get", "--namespace=s"]) == .namespaces)
        #expect(source(["version", "--system-namespace", ""]) == .namespaces)
        #expect(source(["get", "--context", ""]) == .contexts)
        #expect(source(["validate", "-f", ""]) == .files && source(["get", "--kubeconfig", ""]) == .files)
        #expect(source(["send", "mail", "--tenant", ""]) == .tenants(of: "mail"))
        #expect(source(["send", "-n", "shop", "mail", "--tenant=a"]) == .tenants(of: "mail"))
        #expect(source(["send", "--tenant", ""]) == .fixed([]))
        #expect(source(["tenants", "mail", "remove", "a", ""]) == .tenants(of: "mail"))
        #expect(source(["tenants", "mail", "add", ""]) == .fixed([]))
    }

    @Test("The line's options say which cluster and where")
    func cluster() {
        let words = ["send", "-n", "shop", "--context=c=d", "mail", "--as", "-x", "--tenant", ""]
        let options = CompletionLine(words, grammar: Self.grammar).options
        #expect(options == ["--namespace": "shop", "--context": "c=d", "--as": "-x"])
    }

    @Test("Names that have begun otherwise, or are there already, are left out")
    func fitting() {
        #expect(texts(["delete", "ma"], ["mail", "bills"]) == ["mail"])
        #expect(texts(["delete", "mail", ""], ["mail", "bills"]) == ["bills"])
        #expect(texts(["get", "--namespace=s"], ["shop", "market"]) == ["--namespace=shop"])
    }

    @Test(
        "Nothing that means anything to a shell is offered",
        arguments: [
            "$(id)", "`id`", "a b", "a;b", "a\nb", "a\tb", "a'b", "a\"b", "a\\b", "a*", "a|b", "a&b", "a>b", "~", "a(b",
            "a\u{1B}[31m", "ä", "", "a#b", "a{b}", "a!b", "a%b", "a?b",
        ]
    )
    func hostile(name: String) {
        #expect(texts(["get", ""], [name]).isEmpty)
    }

    @Test("The answer is a word and its meaning on each line, and ends with a directive")
    func answer() {
        let line = CompletionLine(["ver"], grammar: Self.grammar)
        guard case .fixed(let commands) = CompletionSource(line, grammar: Self.grammar) else { return }
        let text = CompletionAnswer(commands, for: line).text
        #expect(text == "version\tPrints the versions of the plugin and of the servers.\n:4\n")
        #expect(CompletionAnswer([], for: line, takesFiles: true).text == ":0\n")
    }

    @Test("The executable that is shipped is the one that is printed")
    func executable() throws {
        #expect(try Repository.text("scripts/kubectl_complete-tproxy") == CompletionTarget.executable.script)
        #expect(CompletionTarget.bash.explanation(path: "").contains { $0.contains("completion executable") })
    }
}
