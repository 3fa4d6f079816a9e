/// Routes that a relay was asked to log in for.
struct Trials: Hashable, Sendable {
    /// One of them.
    struct Trial: Hashable, Sendable {
        let namespace: String
        let resource: String
        let tenant: String?
        /// What the relay says.
        let answer: SMTPTrial

        /// `shop/mail`, or `shop/mail (tenant acme)`.
        var name: String { "\(namespace)/\(resource)" + (tenant.map { " (tenant \($0))" } ?? "") }
    }

    var tried: [Trial] = []
    /// How many ready routes weren't tried since there are so many.
    var untriedCount = 0
    /// Whether there was a relay that could be asked.
    var hasRelay = true
    /// Why it couldn't.
    var trouble: KubectlError?
}
