internal import DestinationModel
internal import ObjectModel

/// What is worth an Event: what has become different, and nothing that only goes on.
enum StatusNotes {
    private static let mostGroups = 5
    private static let messageLimit = 800

    static func notes(
        _ condition: AvailableCondition,
        _ tenants: [TenantStatus],
        problem: ResourceProblem?,
        before: StatusReading,
        subject: StatusSubject
    ) -> [EventNote] {
        if condition.isTrue {
            guard before.isAvailable != true else { return [] }
            return [EventNote(.normal, reason: condition.reason, note: condition.message)]
        }
        // Where nobody waits and nobody failed it is the list of tenants that is wrong.
        if problem != nil || tenants.allSatisfy({ $0.state == .ready }) {
            let isKnown = before.condition?["reason"]?.stringValue == condition.reason && before.isAvailable == false
            return isKnown ? [] : [warning(condition)]
        }
        let failed = tenants.filter { tenant in
            guard tenant.state == .failed else { return false }
            let known = before[tenant.tenant]?.status
            return known?.state != .failed || known?.reason != tenant.reason
        }
        // Who waits has nothing to mend. That mail has stopped without anybody's doing is told all the same.
        let isSame = before.generation == subject.generation
        let lost = tenants.filter { isSame && $0.state == .pending && before[$0.tenant]?.status.state == .ready }
        let groups = TenantGroups(failed + lost, resource: subject.name).groups
        return groups.prefix(mostGroups).map { group in
            EventNote(.warning, reason: group.reason, note: group.text(messageLimit: messageLimit))
        }
    }

    private static func warning(_ condition: AvailableCondition) -> EventNote {
        EventNote(.warning, reason: condition.reason, note: condition.message)
    }
}
