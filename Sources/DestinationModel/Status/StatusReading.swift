public import ObjectModel

/// A Destination's status as it stands in the API server.
public struct StatusReading: Hashable, Sendable {
    /// The `status` itself; `nil` where there is none.
    public let value: ObjectValue?
    /// The generation that it is about; `nil` where it doesn't say.
    public let generation: Int?
    /// The tenants, in its order; one without a name where the resource names none.
    public let tenants: [Tenant]
    /// The places of the tenants by name; the one of a resource without tenants under "".
    private let places: [String: Int]

    /// What stands of one tenant.
    public struct Tenant: Hashable, Sendable {
        /// How it fares.
        public let status: TenantStatus
        /// Where applications connect to, as `host:port`; `nil` where they can't.
        public let address: String?
        /// When its state last changed, RFC 3339.
        public let lastTransitionTime: String?
    }

    /// Reads a status; what can't be read counts as not being there.
    public init(_ status: ObjectValue?) {
        value = status
        generation = status?["observedGeneration"]?.integerValue
        var tenants: [Tenant] = []
        var places: [String: Int] = [:]
        for entry in status?["tenants"]?.arrayValue ?? [] {
            guard let state = entry["state"]?.stringValue.flatMap(TenantStatus.State.init(rawValue:)) else { continue }
            let tenant = entry["tenant"]?.stringValue
            places[tenant ?? ""] = tenants.count
            tenants.append(
                Tenant(
                    status: TenantStatus(
                        tenant: tenant,
                        serviceName: entry["serviceName"]?.stringValue ?? "",
                        relayPort: entry["relayPort"]?.integerValue,
                        state: state,
                        reason: entry["reason"]?.stringValue,
                        message: entry["message"]?.stringValue
                    ),
                    address: entry["address"]?.stringValue,
                    lastTransitionTime: entry["lastTransitionTime"]?.stringValue
                )
            )
        }
        self.tenants = tenants
        self.places = places
    }

    /// What stands of a tenant; `nil` for the one of a resource that names none.
    public subscript(tenant: String?) -> Tenant? { places[tenant ?? ""].map { tenants[$0] } }

    /// The condition Available.
    public var condition: ObjectValue? {
        value?["conditions"]?.arrayValue?.first { $0["type"] == .string(Self.availableType) }
    }

    /// Whether the condition Available is True; `nil` where it says neither.
    public var isAvailable: Bool? {
        switch condition?["status"]?.stringValue {
        case "True": true
        case "False": false
        default: nil
        }
    }

    /// The type of the condition that says whether mail can be sent for every tenant.
    public static let availableType = "Available"
}
