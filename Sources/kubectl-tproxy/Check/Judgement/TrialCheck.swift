import SMTP

/// Do the mail servers take the relay's logins?
struct TrialCheck {
    /// Fewer than these say nothing about the rest, as for the alert.
    private static let few = 3

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
        judgeAll(trials.tried, &section)
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

    /// One tenant's fault is its own. That of most is something that they share.
    private func judgeAll(_ tried: [Trials.Trial], _ section: inout CheckSection) {
        let failed = tried.count { $0.answer != .good }
        guard tried.count >= Self.few, failed * 2 > tried.count else { return }
        section.find(
            .mailFailsForMost,
            "\(failed) of \(tried.count) logins tried fail: look for what they share, such as the way out of the cluster",
            mend: "kubectl logs -n \(facts.scope.systemNamespace) -l app.kubernetes.io/name=tproxy-relay --since=15m "
                + "| grep -e 'no session with the mail server' -e 'no destination'"
        )
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
