import DestinationRules

/// The page of the documentation that lists the rules, made of the rules themselves.
struct RulesPage {
    private let rules = Rule.all + [DestinationRules.removal]

    var text: String {
        Self.introduction + "\n" + table + "\n" + rules.map(section).joined(separator: "\n")
    }

    private static let introduction = """
        <!-- Made of Sources/DestinationRules by `make docs`; edit the rules, not this page. -->

        # Rules for Destinations

        What a Destination must be like, each rule with a code that never changes its meaning. The same rules are
        applied everywhere: by the admission server before a resource is stored, by the manager to what is stored
        already, by the relay to the files of a standalone installation. Every fault is told at once, with the field,
        what is wrong with it and how to mend it; what depends on the installation, such as the names of instances, is
        checked where that is known.

        ## Whose answer you see

        A resource that is sent to the API server is looked at in this order, and whoever refuses it ends the matter:

        1. The **API server** itself: is there such a kind, is the name one that Kubernetes allows, does the resource
           fit into etcd. Fields that nobody knows are refused or dropped here, as `kubectl --validate` says.
        2. The **schema** in the [CustomResourceDefinition](../manifests/crd.yaml): types, required fields, lengths,
           bounds, choices. Null counts as absent.
        3. Its **expressions** (CEL), in the same step. They are skipped where the schema found a fault; the API server
           then adds a line which says that some rules were not checked.
        4. The **webhook**, which is our admission server. It knows all the rules, those of the schema too, and gives
           the same verdicts by itself where an API server is too old for expressions.

        So a fault that the schema finds is told in the API server's words, and the webhook's findings come once it is
        mended. The field is the same, whoever answers. (This is what Kubernetes 1.36 does: the resource's own
        validation runs before the validating webhooks.) A file is better checked as a whole before it is sent.

        **Errors** refuse the resource. **Warnings** let it pass; `kubectl` prints them. A fault that the resource had
        before an update is a warning too, so that a resource that a newer rule would refuse can still be edited, and
        the tenants that have no fault go on being served.

        Kubernetes limits the annotations of a resource to 256 KiB in all, and `kubectl apply` keeps a second copy of
        them: for long lists of tenants use `kubectl apply --server-side`.

        ## All of them

        """

    private var table: String {
        let head = "| code | | what it demands | first checked by |\n|---|---|---|---|\n"
        return rules.reduce(into: head) { text, rule in
            let code = "[\(rule.code)](#\(rule.code.rawValue.lowercased()))"
            text += "| \(code) | \(rule.severity.rawValue) | \(rule.title) | \(rule.checker.name) |\n"
        }
    }

    private func section(_ rule: Rule) -> String {
        var text = "## \(rule.code)\n\n**\(rule.title).** \(rule.explanation)\n\n"
        let verdict =
            switch rule.severity {
            case .error: "Refused"
            case .warning: "Warned of"
            }
        text += "\(verdict) by \(rule.checker.phrase).\n\n"
        text += (rule.example.setting ?? "Wrong:") + "\n\n" + fenced(rule.example.wrong)
        text += "\nRight:\n\n" + fenced(rule.example.right)
        return text
    }

    private func fenced(_ yaml: String) -> String {
        "```yaml\n\(yaml)\n```\n"
    }
}

extension Rule.Checker {
    fileprivate var name: String {
        switch self {
        case .apiServer: "API server"
        case .schema: "schema"
        case .expression: "expression"
        case .webhook: "webhook"
        }
    }

    fileprivate var phrase: String {
        switch self {
        case .apiServer: "the API server itself, so the webhook never sees it; by us where files are read"
        case .schema: "the schema, so it is told in the API server's words; by the webhook's rules everywhere else"
        case .expression: "an expression in the CustomResourceDefinition, and by the webhook where those are unknown"
        case .webhook: "the webhook"
        }
    }
}
