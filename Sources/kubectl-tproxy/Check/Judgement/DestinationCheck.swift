import Configuration
import DestinationRules

/// How do the Destinations fare that are looked after?
struct DestinationCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    var section: CheckSection {
        var section = CheckSection("Destinations", "mail can be sent for all")
        if case .failure(let error) = facts.destinations, error.code == .unknownKind {
            section.rest("none without the definition")
            return section
        }
        guard let views = section.take(facts.destinations, "list destinations") else { return section }
        section.summary = "mail can be sent for all \(views.count)"
        if views.isEmpty {
            section.rest("there are none")
            let hint =
                facts.scope.allNamespaces ? "make one: kubectl tproxy create" : "look everywhere: --all-namespaces"
            section.notes.append("there are no Destinations here; \(hint)")
        }
        for view in views { section.findings += findings(view) }
        return section
    }

    private var instances: RuleContext.Instances? {
        guard case .success(.read(let configuration)) = facts.configuration else { return nil }
        return RuleContext.Instances(
            names: Set(configuration.instances.map(\.name)),
            defaultName: configuration.defaultInstance
        )
    }

    private func findings(_ view: DestinationView) -> [CheckFinding] {
        let name = "\(view.namespace)/\(view.name)"
        let describe = "kubectl tproxy describe -n \(view.namespace) \(view.name)"
        let unknown = DestinationRules.check(view.object, context: RuleContext(instances: instances)).findings.filter {
            $0.code == .unknownInstance || $0.code == .missingInstance
        }
        let findings = unknown.map { finding in
            CheckFinding(
                code: "\(finding.code)",
                title: Rule.all.first { $0.code == finding.code }?.title ?? finding.message,
                sentence: "\(name): \(finding.message); \(finding.mend)",
                mend: "kubectl edit destination -n \(view.namespace) \(view.name)",
                page: "docs/rules.md#\("\(finding.code)".lowercased())"
            )
        }
        guard view.verdict.mark != .good, !view.isBeingDeleted else { return findings }
        return findings
            + DestinationProblems(view).problems.map { problem in
                let mend =
                    switch problem.remedy {
                    case .command(let command): command
                    // This check is no advice in itself.
                    case .check where problem.code == ProblemCode.noLeader.text: ManagerCheck.pods(facts.scope)
                    case .check, nil: describe
                    }
                return CheckFinding(
                    code: problem.code,
                    title: problem.title,
                    sentence: ([name] + problem.sentences.prefix(1)).joined(separator: ": "),
                    mend: mend,
                    page: problem.page
                )
            }
    }
}
