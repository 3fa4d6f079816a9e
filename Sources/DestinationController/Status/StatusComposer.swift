public import DestinationModel
public import Kubernetes
public import ObjectModel

/// Makes a Destination's status of what is known. Pure.
public enum StatusComposer {
    /// Composes a status.
    ///
    /// - Parameters:
    ///   - tenants: Every tenant, in the annotation's order; one entry without a name where the resource names none.
    ///   - problem: What keeps the whole resource from being served.
    ///   - remark: What is wrong with the list of tenants besides.
    ///   - failure: Why the last reconciliation failed, if it did.
    ///   - before: The status as it stands.
    ///   - now: For what has changed.
    public static func compose(
        _ subject: StatusSubject,
        tenants: [TenantStatus],
        problem: ResourceProblem? = nil,
        remark: ListRemark? = nil,
        failure: String? = nil,
        before: StatusReading,
        now: MicroTime
    ) -> ComposedStatus {
        let condition = AvailableCondition(tenants, problem: problem, remark: remark, resource: subject.name)
            .with(failure.flatMap { subject.words(forFailure: $0, tenants) })
        var members: [String: ObjectValue] = [
            "observedGeneration": .integer(max(subject.generation, 0)),
            "conditions": .array([condition.object(generation: subject.generation, before: before, now: now)]),
            "tenants": .array(TenantEntries(subject, tenants).objects(before: before, now: now)),
        ]
        let ready = tenants.count { $0.state == .ready }
        if !tenants.isEmpty {
            members["tenantsReady"] = .string(BoundedText.line("\(ready)/\(tenants.count)", limit: 16))
        }
        members["port"] = subject.port.flatMap { (1...65_535).contains($0) ? .integer($0) : nil }
        members["destinationServiceInstanceName"] = subject.instance.map { .string(BoundedText.line($0, limit: 253)) }
        members["scope"] = subject.scope.map { .string($0.rawValue) }
        return ComposedStatus(
            status: .object(members),
            isChanged: !isIn(before, members),
            notes: StatusNotes.notes(condition, tenants, problem: problem, before: before, subject: subject),
            summary: DestinationSummary(condition, tenants)
        )
    }

    /// Whether a status stands already. Conditions of others don't count.
    private static func isIn(_ before: StatusReading, _ members: [String: ObjectValue]) -> Bool {
        guard case .object(var known) = before.value else { return false }
        known["conditions"] = before.condition.map { .array([$0]) }
        return known == members
    }
}

extension StatusSubject {
    /// What is to be applied to the subresource `status` of the Destination.
    public func object(with status: ObjectValue) -> ObjectValue {
        .object([
            "metadata": .object(["namespace": .string(namespace), "name": .string(name)]), "status": status,
        ])
    }
}
