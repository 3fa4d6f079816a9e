import DestinationModel
import DestinationRules
import ObjectModel

/// What is wrong with a Destination.
struct DestinationProblems {
    /// One thing that is wrong.
    struct Problem: Hashable, Sendable {
        let code: String
        let title: String
        let sentences: [String]
        let page: String
    }

    private let view: DestinationView

    init(_ view: DestinationView) {
        self.view = view
    }

    var problems: [Problem] {
        findings + state
    }

    /// What the rules find.
    private var findings: [Problem] {
        DestinationRules.check(view.object).findings.filter { $0.severity == .error }.map { finding in
            let code = "\(finding.code)"
            return Problem(
                code: code,
                title: finding.message,
                sentences: [finding.mend],
                page: "docs/rules.md#\(code.lowercased())"
            )
        }
    }

    /// What the status says, each reason once.
    private var state: [Problem] {
        guard view.status.value != nil, view.status.isAvailable != nil else {
            let code = ProblemCode.noLeader
            return [
                Problem(
                    code: code.text,
                    title: "no manager has looked at it yet",
                    sentences: [
                        "wait a few seconds, and if that doesn't help, see what is wrong: kubectl tproxy check"
                    ],
                    page: code.page
                )
            ]
        }
        let missing = view.status.tenants.map(\.status).filter { $0.state != .ready }
        let isNamed = missing.contains { $0.tenant != nil }
        var problems = TenantGroups(missing, resource: view.name).groups.map { group in
            let code = ProblemCode(reason: group.reason)
            return Problem(
                code: code.text,
                title: isNamed ? "\(code.title): \(group.names)" : code.title,
                sentences: [group.message],
                page: code.page
            )
        }
        if problems.isEmpty, view.status.isAvailable == false, let condition = view.status.condition {
            let code = ProblemCode(reason: condition["reason"]?.stringValue ?? "")
            problems.append(
                Problem(
                    code: code.text,
                    title: code.title,
                    sentences: [condition["message"]?.stringValue ?? ""],
                    page: code.page
                )
            )
        }
        return problems
    }
}
