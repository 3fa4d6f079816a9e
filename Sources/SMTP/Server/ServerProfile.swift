/// What the relay tells an application about itself, and what it grants.
public struct ServerProfile: Hashable, Sendable {
    /// The host name in the greeting and in the reply to EHLO.
    public var name: String
    /// What the greeting says behind the name: which destination and tenant this port stands for.
    public var greeting: String
    /// What the application may ask for.
    public var limits: ServerLimits

    /// What the relay tells, and by default what it grants.
    public init(name: String, greeting: String, limits: ServerLimits = ServerLimits()) {
        self.name = name
        self.greeting = greeting
        self.limits = limits
    }
}
