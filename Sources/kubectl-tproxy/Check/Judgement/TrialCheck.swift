import SMTP

/// Do the mail servers take the relay's logins?
struct TrialCheck {
    private let facts: ClusterFacts

    init(_ facts: ClusterFacts) {
        self.facts = facts
    }

    var section: CheckSection {
        let trials = facts.trials
        let count = trials.tried.count { $0.answer == .good }
        var section = CheckSection(
            "Mail servers",
            "\(count) of \(trials.tried.count) logins tried are good"
        )
        if trials.tried.isEmpty { section.rest("nothing to try") }
        for trial in trials.tried { judge(trial, &section) }
        if let trouble = trials.trouble {
            section.gaps.append(CheckGap("forward a port to a relay in \(facts.scope.systemNamespace)", trouble))
        }
        if !trials.hasRelay {
            section.notes.append("no login was tried: no relay is ready")
        } else if trials.untriedCount > 0 {
            section.notes.append(
                "the logins of \(trials.untriedCount) more routes weren't tried; try them too: "
                    + "--trials \(trials.tried.count + trials.untriedCount)"
            )
        }
        return section
    }

    private func judge(_ trial: Trials.Trial, _ section: inout CheckSection) {
        let tenant = trial.tenant.map { " --tenant \($0)" } ?? ""
        let mend = "kubectl tproxy send \(trial.resource) -n \(trial.namespace)\(tenant) --from A --to B -v"
        switch trial.answer {
        case .good: break
        case .refused(let reply):
            let code = ProblemCode(reply: reply, at: .sender, resource: trial.resource)
            section.find(code, "\(trial.name): the relay says \(reply.code) \(reply.text)", mend: mend)
        case .broken(let why): section.find(.relayNotInStep, "\(trial.name): \(why)", mend: mend)
        }
    }
}
