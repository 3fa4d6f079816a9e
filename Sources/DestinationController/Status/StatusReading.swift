public import ObjectModel

/// A Destination's status as it stands in the API server.
public struct StatusReading: Hashable, Sendable {
    /// The `status` itself; `nil` where there is none.
    public let value: ObjectValue?
    /// The generation that it is about; `nil` where it doesn't say.
    public let generation: Int?
    /// By name; the one of a resource without tenants under "".
    private let tenants: [String: Tenant]

    /// What stands of one tenant.
    struct Tenant: Hashable, Sendable {
        let relayPort: Int?
        let state: TenantStatus.State
        let reason: String?
        let message: String?
        let lastTransitionTime: String?
    }

    /// Reads a status; what can't be read counts as not being there.
    public init(_ status: ObjectValue?) {
        value = status
        generation = status?["observedGeneration"]?.integerValue
        var tenants: [String: Tenant] = [:]
        for entry in status?["tenants"]?.arrayValue ?? [] {
            guard let state = entry["state"]?.stringValue.flatMap(TenantStatus.State.init(rawValue:)) else { continue }
            tenants[entry["tenant"]?.stringValue ?? ""] = Tenant(
                relayPort: entry["relayPort"]?.integerValue,
                state: state,
                reason: entry["reason"]?.stringValue,
                message: entry["message"]?.stringValue,
                lastTransitionTime: entry["lastTransitionTime"]?.stringValue
            )
        }
        self.tenants = tenants
    }

    subscript(tenant: String?) -> Tenant? { tenants[tenant ?? ""] }

    /// The condition Available.
    var condition: ObjectValue? {
        value?["conditions"]?.arrayValue?.first { $0["type"] == .string(AvailableCondition.type) }
    }

    /// Whether the condition Available is True; `nil` where it says neither.
    public var isAvailable: Bool? {
        switch condition?["status"]?.stringValue {
        case "True": true
        case "False": false
        default: nil
        }
    }
}

extension ObjectValue {
    /// The number, where this is a whole one.
    var integerValue: Int? {
        guard case .integer(let number) = self else { return nil }
        return number
    }
}
