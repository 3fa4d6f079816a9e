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
        resource: String
    ) -> [EventNote] {
        if condition.isTrue {
            guard before.isAvailable != true else { return [] }
            return [EventNote(.normal, reason: condition.reason, note: condition.message)]
        }
        if problem != nil {
            let isKnown = before.condition?["reason"]?.stringValue == condition.reason && before.isAvailable == false
            return isKnown ? [] : [warning(condition)]
        }
        let failed = tenants.filter { tenant in
            guard tenant.state == .failed else { return false }
            let known = before[tenant.tenant]
            return known?.state != .failed || known?.reason != tenant.reason
        }
        if failed.isEmpty {
            // Nothing has to be mended by whoever wrote the resource; that mail has stopped is told all the same.
            return before.isAvailable == true ? [warning(condition)] : []
        }
        let groups = TenantGroups(failed, resource: resource).groups
        return groups.prefix(mostGroups).map { group in
            EventNote(.warning, reason: group.reason, note: group.text(messageLimit: messageLimit))
        }
    }

    private static func warning(_ condition: AvailableCondition) -> EventNote {
        EventNote(.warning, reason: condition.reason, note: condition.message)
    }
}
