internal import DestinationModel
internal import Kubernetes
internal import ObjectModel

/// The condition of the resource as a whole.
struct AvailableCondition: Hashable {
    let isTrue: Bool
    let reason: String
    let message: String

    /// What the tenants and the resource come to.
    init(_ tenants: [TenantStatus], problem: ResourceProblem?, remark: ListRemark?, resource: String) {
        self.init(tenants, problem: problem, resource: resource)
        guard problem == nil, let remark else { return }
        let isComplete = isTrue && !remark.leavesOut
        self.init(
            isTrue: isComplete,
            reason: isTrue && !isComplete ? StatusReason.tenantsInvalid : reason,
            message: "\(message). But \(remark.message)"
        )
    }

    /// The condition, if the last reconciliation failed besides.
    func with(_ failure: String?) -> AvailableCondition {
        guard let failure else { return self }
        return AvailableCondition(
            isTrue: false,
            reason: isTrue ? StatusReason.reconciliationFailed : reason,
            message: "\(message). But \(failure)"
        )
    }

    private init(_ tenants: [TenantStatus], problem: ResourceProblem?, resource: String) {
        let missing = tenants.filter { $0.state != .ready }
        if let problem {
            self.init(isTrue: false, reason: problem.reason, message: problem.message)
        } else if tenants.isEmpty {
            self.init(
                isTrue: false,
                reason: StatusReason.failed,
                message: "there is nobody to send mail for; name a tenant in the annotation, or remove it"
            )
        } else if missing.isEmpty {
            let whom = tenants.count == 1 ? "" : " for all \(tenants.count) tenants"
            self.init(isTrue: true, reason: StatusReason.successful, message: "mail can be sent\(whom)")
        } else if tenants.count == 1, let only = tenants.first, only.tenant == nil {
            self.init(isTrue: false, reason: only.reason ?? "", message: only.message ?? "")
        } else {
            self.init(missing, of: tenants.count, resource: resource)
        }
    }

    /// Some tenants aren't ready.
    private init(_ missing: [TenantStatus], of count: Int, resource: String) {
        // As long as nothing has failed, what it waits for says more than that it isn't done.
        let pending = missing.allSatisfy { $0.state == .pending } ? missing.first?.reason : nil
        let groups = TenantGroups(missing, resource: resource).groups
        var parts = groups.prefix(Self.mostGroups).map { $0.text(messageLimit: Self.messageLimit) }
        let rest = groups.dropFirst(Self.mostGroups).reduce(0) { $0 + $1.tenants.count }
        if rest > 0 { parts.append("and \(rest) more for other reasons, which status.tenants lists") }
        let many = count == 1 ? "1 tenant is" : "\(count) tenants are"
        self.init(
            isTrue: false,
            reason: pending ?? StatusReason.someFailed,
            message: "\(missing.count) of \(many) not ready. " + parts.joined(separator: ". ")
        )
    }

    private init(isTrue: Bool, reason: String, message: String) {
        self.isTrue = isTrue
        // The schema wants a reason.
        self.reason = reason.isEmpty ? StatusReason.failed : BoundedText.line(reason, limit: 1024)
        self.message = BoundedText.line(message, limit: 32_768)
    }

    private static let mostGroups = 5
    private static let messageLimit = 600

    /// The condition as an object. Times stay as they were where nothing has changed.
    func object(generation: Int, before: StatusReading, now: MicroTime) -> ObjectValue {
        let status = isTrue ? "True" : "False"
        var members: [String: ObjectValue] = [
            "type": .string(StatusReading.availableType), "status": .string(status), "reason": .string(reason),
            "message": .string(message), "observedGeneration": .integer(max(generation, 0)),
        ]
        let known = before.condition?.objectValue ?? [:]
        let isSame = members.allSatisfy { known[$0.key] == $0.value }
        let time = ObjectValue.string(now.seconds)
        func kept(_ name: String, if holds: Bool) -> ObjectValue {
            guard holds, let before = known[name]?.stringValue else { return time }
            return .string(before)
        }
        members["lastTransitionTime"] = kept("lastTransitionTime", if: known["status"] == .string(status))
        members["lastUpdateTime"] = kept("lastUpdateTime", if: isSame)
        return .object(members)
    }
}
