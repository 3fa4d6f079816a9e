/// What rules may know of the world around an object. What is unknown is not checked.
public struct RuleContext: Hashable, Sendable {
    /// The sources of destinations that are configured.
    public struct Instances: Hashable, Sendable {
        /// Their names.
        public var names: Set<String>
        /// The one for resources that name none.
        public var defaultName: String?

        /// The instances that are configured, and the one that is meant where a resource names none.
        public init(names: Set<String>, defaultName: String? = nil) {
            self.names = names
            self.defaultName = defaultName
        }
    }

    /// The configured sources; `nil` where they are unknown, as to somebody who checks a file offline.
    public var instances: Instances?
    /// The Services that resources claim, those that came first. Claims of other namespaces, and of the resource itself,
    /// are passed over.
    public var claims: ClaimIndex

    /// Creates a context; without arguments it is that of a file by itself.
    public init(instances: Instances? = nil, claims: ClaimIndex = ClaimIndex()) {
        self.instances = instances
        self.claims = claims
    }
}
