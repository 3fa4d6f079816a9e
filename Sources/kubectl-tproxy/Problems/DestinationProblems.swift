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
        /// The command that mends it, or leads to what does; `nil` where a sentence has it.
        var remedy: Remedy?
        let page: String
    }

    /// What to run.
    enum Remedy: Hashable, Sendable {
        case command(String)
        /// The check of the Destination, with these arguments: nothing nearer is known.
        case check(String)

        var text: String {
            switch self {
            case .command(let text): text
            case .check(let arguments): "kubectl tproxy check \(arguments)"
            }
        }
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
                remedy: .command("kubectl edit destination \(place)"),
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
                    sentences: ["wait a few seconds; if that doesn't help, look for what is wrong"],
                    remedy: .check(place),
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
                remedy: remedy(code, message: group.message),
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
                    remedy: remedy(code, message: condition["message"]?.stringValue ?? ""),
                    page: code.page
                )
            )
        }
        return problems
    }

    /// As kubectl's commands name it.
    private var place: String { "-n \(view.namespace) \(view.name)" }

    /// What leads on from a reason in the status.
    private func remedy(_ code: ProblemCode, message: String) -> Remedy? {
        if message.contains("kubectl ") { return nil }
        return switch code {
        case .resourceFaulty: .command("kubectl edit destination \(place)")
        case .serviceNameTaken: .command("kubectl get services -n \(view.namespace) --show-labels")
        case .destinationMissing:
            .command("kubectl tproxy template \(ShellWord.quoted(view.destination))   # what is to be there")
        case .notYetReady: .check("\(place) --wait 2m")
        default: .check(place)
        }
    }
}
