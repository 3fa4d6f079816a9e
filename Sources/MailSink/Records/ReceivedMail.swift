/// A message that the sink has taken.
public struct ReceivedMail: Sendable, Hashable {
    /// Counts from 1, in the order of acceptance.
    public var id: Int
    /// The connection it came over; counts from 1, in the order of connecting.
    public var session: Int
    /// Which message of that connection this is, from 1: above 1, the session was reused.
    public var ordinal: Int
    /// Nil if the client didn't log in.
    public var login: SinkLogin?
    /// Nil over plaintext.
    public var tls: SinkTLSFacts?
    /// What MAIL and RCPT said.
    public var envelope: MailEnvelope
    /// The content's octets, dots unstuffed.
    public var size: Int
    /// The content, byte by byte as it was sent but for dot-stuffing; empty if the sink discards contents.
    public var content: [UInt8]
    /// Where it was written, if the sink writes files.
    public var file: String?

    /// One line about it, without content.
    public var summary: String {
        let who = login.map { "\($0.user) (\($0.mechanism.rawValue))" } ?? "nobody"
        let recipients = envelope.recipients.map { "<\($0.address)>" }.joined(separator: ", ")
        let transport = tls.map { $0.isResumed ? "\($0.version), resumed" : $0.version } ?? "plaintext"
        return "mail \(id): login \(who), from <\(envelope.sender)> to \(recipients), \(size) bytes, "
            + "message \(ordinal) of session \(session) (\(transport))" + (file.map { ", \($0)" } ?? "")
    }
}
