public import NIOCore

/// Until when a session waits for the mail server (RFC 5321 §4.5.3.2).
///
/// A deadline is set when something is asked for; of pipelined requests, when the reply before it is complete. What
/// arrives meanwhile doesn't move it: no byte, no part of a line, no line of a reply and no TLS record. The login has a
/// total from EHLO to its end. No clock: the time comes in.
public struct SessionDeadlines: Sendable {
    private let limits: ClientTimeLimits
    private var reply: (number: Int, deadline: NIODeadline)?
    private var login: NIODeadline?
    private var blocked: NIODeadline?

    /// The deadlines of a session that waits for nothing yet.
    public init(_ limits: ClientTimeLimits) {
        self.limits = limits
    }

    /// The next deadline; nil while the session waits for nothing.
    /// - Parameters:
    ///   - pending: the reply that the session waits for.
    ///   - isWritable: whether the server takes what the session sends. One that doesn't has ``ClientTimeLimits/dataBlock``
    ///     to take what lies between the channel's water marks.
    public mutating func update(
        _ pending: ClientMachine.PendingReply?,
        isWritable: Bool,
        at now: NIODeadline
    ) -> NIODeadline? {
        if let pending {
            if reply?.number != pending.number {
                reply = (pending.number, now + TimeAmount(limits.limit(for: pending.expectation)))
            }
        } else {
            reply = nil
        }
        switch pending?.expectation {
        case .ehlo, .authentication: login = login ?? now + TimeAmount(limits.login)
        case .greeting, .mail, .recipient, .data, .endOfData, .reset, .quit, nil: login = nil
        }
        blocked = isWritable ? nil : blocked ?? now + TimeAmount(limits.dataBlock)
        return earlier(earlier(reply?.deadline, login), blocked)
    }

    private func earlier(_ first: NIODeadline?, _ second: NIODeadline?) -> NIODeadline? {
        guard let first, let second else { return first ?? second }
        return min(first, second)
    }
}
