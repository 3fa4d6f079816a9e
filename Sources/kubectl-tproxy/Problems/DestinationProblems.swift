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
        var problems: [Problem] = []
        let missing = view.status.tenants.filter { $0.status.state != .ready }
        var seen: [String: Int] = [:]
        for tenant in missing {
            let reason = tenant.status.reason ?? ""
            let message = tenant.status.message ?? ""
            let key = "\(reason)\n\(message)"
            guard seen[key] == nil else { continue }
            let same = missing.filter {
                $0.status.reason == tenant.status.reason && $0.status.message == tenant.status.message
            }
            seen[key] = same.count
            let code = ProblemCode(reason: reason)
            problems.append(
                Problem(code: code.text, title: Self.title(same, code), sentences: [message], page: code.page)
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

    private static func title(_ tenants: [StatusReading.Tenant], _ code: ProblemCode) -> String {
        let names = tenants.compactMap(\.status.tenant)
        guard !names.isEmpty else { return code.title }
        let rest = names.count > 5 ? " and \(names.count - 5) more" : ""
        return "\(code.title): \(names.prefix(5).joined(separator: ", "))\(rest)"
    }
}
