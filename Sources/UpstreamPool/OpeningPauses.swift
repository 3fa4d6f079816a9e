/// How long the relay leaves a mail server alone after it failed to open a session. Durations are wall-clock time.
public struct OpeningPauses: Hashable, Sendable {
    /// The pause of an account, and of a host, after a failed attempt; doubled with each failure in a row up to the upper
    /// bound. The first is short: a server that restarts must not cost its clients a second.
    public var open = Duration.milliseconds(100)...Duration.seconds(30)
    /// The pause of an account after a refused login; doubled likewise, so that wrong credentials don't lock the account.
    public var login = Duration.seconds(10)...Duration.seconds(300)
    /// An attempt that takes longer doesn't keep the other accounts of a failing host waiting any longer.
    public var turn = Duration.seconds(10)
    /// How long an account whose turn has come may take to claim it.
    public var claim = Duration.seconds(1)
    /// How long after the end of a pause the failures in a row are still counted.
    public var memory = Duration.seconds(300)

    /// The defaults.
    public init() {}
}
