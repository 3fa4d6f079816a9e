public import DestinationModel

/// The part of a reference that says whose destination it is: instance, tenant and name.
public struct DestinationKey: Hashable, Sendable {
    /// The configured source (Destination service instance or folder).
    public let instance: String
    /// The tenant's subdomain; `nil` for the provider's own destinations.
    public let tenant: String?
    /// The destination's name.
    public let destination: String

    /// A key of an instance, of one tenant or of none.
    public init(instance: String, tenant: String?, destination: String) {
        self.instance = instance
        self.tenant = tenant
        self.destination = destination
    }

    /// The key of what a reference means, whatever its level and fragment.
    public init(_ reference: DestinationReference) {
        self.init(instance: reference.instance, tenant: reference.tenant, destination: reference.destination)
    }
}
