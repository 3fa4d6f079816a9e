/// A source of destinations, as Destinations name it.
public struct DestinationInstance: Hashable, Sendable {
    /// Where the destinations come from.
    public enum Source: Hashable, Sendable {
        /// An instance of the Destination service, with the Secret that holds its binding and, for a certificate that
        /// comes without it, the one that holds the private key.
        case service(binding: SecretReference, privateKey: SecretReference?)
        /// A folder of JSON files.
        case directory(String)
    }

    /// What Destinations call it.
    public var name: String
    /// Where the destinations come from.
    public var source: Source

    /// Puts an instance together without checking anything.
    public init(name: String, source: Source) {
        self.name = name
        self.source = source
    }
}

/// A place in a Secret.
public struct SecretReference: Hashable, Sendable {
    /// The Secret's name.
    public var name: String
    /// The key in it; `nil` where the whole Secret is meant.
    public var key: String?
    /// Its namespace; `nil` for the install namespace.
    public var namespace: String?

    /// Puts a reference together without checking anything.
    public init(name: String, key: String? = nil, namespace: String? = nil) {
        self.name = name
        self.key = key
        self.namespace = namespace
    }
}
