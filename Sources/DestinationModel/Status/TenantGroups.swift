internal import ObjectModel

/// Tenants that aren't ready for the same reason, put together for people: a relay that is gone concerns all of them alike.
public struct TenantGroups: Sendable {
    /// Tenants of one reason.
    public struct Group: Hashable, Sendable {
        public let reason: String
        public let message: String
        public fileprivate(set) var tenants: [String]

        /// `tenant-a, tenant-b and 3 more`.
        public var names: String {
            let shown = tenants.prefix(TenantGroups.mostTenants).joined(separator: ", ")
            let rest = tenants.count - TenantGroups.mostTenants
            return rest > 0 ? "\(shown) and \(rest) more" : shown
        }

        /// `tenant-a, tenant-b and 3 more: message`.
        public func text(messageLimit: Int) -> String {
            "\(names): \(BoundedText.line(message, limit: messageLimit))"
        }
    }

    /// How many names stand before "and … more".
    private static let mostTenants = 5

    /// In the tenants' order.
    public private(set) var groups: [Group] = []
    private var indices: [String: Int] = [:]

    /// Sorts tenants by reason and message. A resource without tenants is called by its own name.
    public init(_ tenants: some Sequence<TenantStatus>, resource: String) {
        for tenant in tenants {
            let (reason, message) = (tenant.reason ?? "", tenant.message ?? "")
            let name = tenant.tenant ?? resource
            let index = indices["\(reason)\n\(message)"] ?? groups.count
            if index == groups.count {
                groups.append(Group(reason: reason, message: message, tenants: [name]))
                indices["\(reason)\n\(message)"] = index
            } else {
                groups[index].tenants.append(name)
            }
        }
    }
}
