/// The time limits of a leader election. They keep two leaders apart without comparing the clocks of two machines: a
/// leader that can't renew its lease stops by `renewDeadline` after it last did, and nobody takes the lease over before
/// `lease` has passed since it was last seen to change.
///
/// So another leads at the latest `lease` and one and a half times `retry` after a leader's death, and as soon as it looks
/// when the lease was given up.
public struct ElectionTiming: Hashable, Sendable {
    /// How long a lease that isn't renewed keeps others away; whole seconds, at least 1.
    public let lease: Duration
    /// How long a leader goes on without renewing; at most two thirds of `lease`. The rest is the time that its work has
    /// to stop.
    public let renewDeadline: Duration
    /// How often a leader renews and others look; at most a third of `renewDeadline`.
    public let retry: Duration

    /// Time limits; those that don't fit together are made shorter until they do.
    public init(
        lease: Duration = .seconds(10),
        renewDeadline: Duration = .seconds(6),
        retry: Duration = .milliseconds(1500)
    ) {
        self.lease = .seconds(max(lease.components.seconds, 1))
        self.renewDeadline = min(max(renewDeadline, .milliseconds(30)), self.lease * 2 / 3)
        self.retry = min(max(retry, .milliseconds(10)), self.renewDeadline / 3)
    }
}
