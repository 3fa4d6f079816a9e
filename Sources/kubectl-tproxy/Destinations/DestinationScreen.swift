import DestinationModel
import DestinationRules
import FoundationEssentials
import ObjectModel

/// All about one Destination: the verdict first, what is wrong last, and then how to use it.
struct DestinationScreen {
    private let view: DestinationView
    private let screen: Screen
    private let cluster: KubectlOptions?

    /// - Parameter cluster: Where the commands are to be run that it names.
    init(_ view: DestinationView, screen: Screen, cluster: KubectlOptions? = nil) {
        self.view = view
        self.screen = screen
        self.cluster = cluster
    }

    func lines(now: Date) -> [StyledText] {
        var lines = header(now)
        for section in [tenants(now), conditions(now), problems, usage] where !section.isEmpty {
            lines.append("")
            lines += section
        }
        return lines
    }

    private var width: Int? { screen.terminal.width }

    private func header(_ now: Date) -> [StyledText] {
        let verdict = view.verdict
        let name = screen.mark(verdict.mark) + " " + StyledText("\(view.namespace)/\(view.name)", .strong) + ":"
        let isShort = width.map { name.width + 1 + verdict.sentence.count <= $0 } ?? true
        let title =
            isShort
            ? [name + StyledText(" " + verdict.sentence)]
            : [name] + Wrapping.lines(verdict.sentence, width: width, indent: 4)
        var facts = [("Destination", view.destination + (view.level.map { " (level \($0))" } ?? ""))]
        if let fragment = view.fragment { facts.append(("Fragment", fragment)) }
        if let instance = view.instance { facts.append(("Instance", instance)) }
        if let scope = view.scope {
            facts.append(("Scope", scope == "clusterWide" ? "all pods" : "pods of this namespace"))
        }
        facts.append(("Age", Age.text(since: view.creationTime, now: now)))
        let longest = facts.reduce(0) { max($0, $1.0.count) }
        return title
            + facts.map { name, value in
                StyledText("  " + name + String(repeating: " ", count: longest - name.count + 3), .faint)
                    + StyledText(value)
            }
    }

    private func tenants(_ now: Date) -> [StyledText] {
        guard !view.status.tenants.isEmpty else { return [] }
        let named = view.status.tenants.contains { $0.status.tenant != nil }
        var table = TextTable(
            (named ? [.init("TENANT")] : []) + [
                .init("STATE"), .init("ADDRESS", priority: 3), .init("RELAY PORT", priority: 0),
                .init("SINCE", priority: 1), .init("REASON", priority: 2),
            ]
        )
        for tenant in view.status.tenants {
            let status = tenant.status
            let cells = [
                screen.mark(status.state.mark) + " " + StyledText(status.state.rawValue),
                StyledText(shortAddress(tenant)), StyledText(status.relayPort.map(String.init) ?? "-"),
                StyledText(Age.text(since: tenant.lastTransitionTime, now: now)),
                StyledText(status.reason ?? "", .faint),
            ]
            table.add((named ? [StyledText(status.tenant ?? "")] : []) + cells)
        }
        return table.lines(width: width, indent: 2)
    }

    private func conditions(_ now: Date) -> [StyledText] {
        let conditions = view.object["status"]?["conditions"]?.arrayValue ?? []
        guard !conditions.isEmpty else { return [] }
        var table = TextTable([
            .init("CONDITION"), .init("STATUS"), .init("SINCE", priority: 1), .init("REASON", priority: 2),
        ])
        for condition in conditions {
            func text(_ name: String) -> String { condition[name]?.stringValue ?? "" }
            table.add([
                StyledText(text("type")), StyledText(text("status")),
                StyledText(Age.text(since: condition["lastTransitionTime"]?.stringValue, now: now)),
                StyledText(text("reason"), .faint),
            ])
        }
        return table.lines(width: width, indent: 2)
    }

    private func shortAddress(_ tenant: StatusReading.Tenant) -> String {
        tenant.address == nil ? "-" : "\(tenant.status.serviceName).\(view.namespace):\(view.port)"
    }

    private var problems: [StyledText] {
        let problems = DestinationProblems(view).problems
        guard !problems.isEmpty else { return [] }
        return [StyledText(problems.count == 1 ? "Problem" : "Problems", .strong)]
            + problems.flatMap { ProblemLines($0, cluster: cluster).lines(width: width) }
    }

    private var usage: [StyledText] {
        let ready = view.status.tenants.filter { $0.status.state == .ready }
        guard !ready.isEmpty else { return [] }
        let usage = Usage(services: ready.map(\.status.serviceName), namespace: view.namespace, port: view.port)
        return [StyledText("Use it", .strong)] + usage.lines
    }
}

extension TenantStatus.State {
    var mark: Mark {
        switch self {
        case .ready: .good
        case .pending: .doubtful
        case .failed: .bad
        }
    }
}
