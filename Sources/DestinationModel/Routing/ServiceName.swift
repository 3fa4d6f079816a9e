/// The name of the Service that applications connect to: `<resource>`, or `<resource>-<tenant>` for a tenant.
///
/// A value of this type is always a DNS-1035 label of at most 63 characters, as the API server demands of Services.
public struct ServiceName: Hashable, Sendable, Comparable, CustomStringConvertible {
    /// The name.
    public let rawValue: String

    /// The Service of a resource, or of one of its tenants.
    ///
    /// - Returns: `nil` where the result could not name a Service.
    public init?(resource: String, tenant: String?) {
        let name = Self.text(resource: resource, tenant: tenant)
        // The tenant is checked by itself too: one that begins with a hyphen would pass as part of the whole.
        guard DNSLabel.isRFC1035(name), tenant.map(DNSLabel.isRFC1123) ?? true else { return nil }
        rawValue = name
    }

    /// The text that the name would be, valid or not; for messages.
    public static func text(resource: String, tenant: String?) -> String {
        tenant.map { "\(resource)-\($0)" } ?? resource
    }

    public var description: String { rawValue }

    public static func < (left: ServiceName, right: ServiceName) -> Bool {
        left.rawValue < right.rawValue
    }
}
