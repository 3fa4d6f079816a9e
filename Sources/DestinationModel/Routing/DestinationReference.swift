/// Everything that says which destination is meant: the key for looking one up, and for caching what was found.
public struct DestinationReference: Hashable, Sendable {
    /// The destination's name in the Destination service or directory.
    public let destination: String
    /// The configured source (Destination service instance or directory) that holds it.
    public let instance: String
    /// The tenant's subdomain, or `nil` for the provider's own destination.
    public let tenant: String?
    /// The level to look on, or `nil` to let the service search.
    public let level: DestinationLevel?
    /// A fragment that the service merges over the destination.
    public let fragment: FragmentReference?

    /// Puts a reference together without checking anything.
    public init(
        destination: String,
        instance: String,
        tenant: String? = nil,
        level: DestinationLevel? = nil,
        fragment: FragmentReference? = nil
    ) {
        self.destination = destination
        self.instance = instance
        self.tenant = tenant
        self.level = level
        self.fragment = fragment
    }
}

/// A fragment to merge over a destination.
public struct FragmentReference: Hashable, Sendable {
    /// The fragment's name.
    public let name: String
    /// Whether the destination serves without the fragment where there is none of that name.
    public let isOptional: Bool
    /// The level to look on, or `nil` to let the service search.
    public let level: DestinationLevel?

    /// Puts a reference together without checking anything.
    public init(name: String, isOptional: Bool = false, level: DestinationLevel? = nil) {
        self.name = name
        self.isOptional = isOptional
        self.level = level
    }
}

extension DestinationReference: CustomStringConvertible {
    /// What logs and replies to applications call it; it names no credential.
    public var description: String {
        tenant.map { "destination \(destination) of instance \(instance), tenant \($0)" }
            ?? "destination \(destination) of instance \(instance)"
    }
}
