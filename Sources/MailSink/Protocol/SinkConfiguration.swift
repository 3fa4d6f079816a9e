/// How a ``SinkServer`` behaves when it behaves.
public struct SinkConfiguration: Sendable {
    /// What becomes of a message's content.
    public enum Content: Sendable, Hashable {
        /// Kept in memory, in ``ReceivedMail/content``.
        case kept
        /// Counted only: for benchmarks.
        case discarded
        /// Kept in memory and written to one `.eml` file each in this folder, which must exist. The client hears 250
        /// when the file is written.
        case files(folder: String)
    }

    /// The name in the greeting and the EHLO reply.
    public var hostName = "sink.example"
    /// Where to listen. Port 0 picks a free one.
    public var address = "127.0.0.1"
    /// Port to listen on; 0 picks a free one.
    public var port = 0

    /// The mechanisms on offer, in this order.
    public var mechanisms: [SinkMechanism] = [.plain, .login, .xoauth2, .oauthbearer]
    /// Whether MAIL before a login is refused with 530.
    public var requiresLogin = true

    /// SIZE (RFC 1870): the largest content in bytes; nil does not offer the extension and sets no limit.
    public var maximumSize: Int? = 64 * 1024 * 1024
    /// The most recipients of one message; announced as LIMITS RCPTMAX (RFC 9422) if ``announcesLimits``.
    public var maximumRecipients = 1000
    /// LIMITS (RFC 9422).
    public var announcesLimits = false
    /// 8BITMIME (RFC 6152).
    public var offers8BitMIME = true
    /// SMTPUTF8 (RFC 6531).
    public var offersSMTPUTF8 = true
    /// PIPELINING (RFC 2920).
    public var offersPipelining = true
    /// DSN (RFC 3461).
    public var offersDSN = true
    /// ENHANCEDSTATUSCODES (RFC 2034).
    public var offersEnhancedStatusCodes = true
    /// More lines for the EHLO reply, word for word, that the sink announces and doesn't act on.
    public var extraCapabilities: [String] = []

    /// What becomes of a message's content.
    public var content = Content.kept
    /// Keeps the last so many mails in memory.
    public var keptMails = 100_000
    /// Whether the commands and replies of each session are kept. Switch off for benchmarks.
    public var keepsTranscripts = true

    /// A server on a free port that wants a login and offers all it can.
    public init() {}

    /// The EHLO reply's lines behind the first, in order.
    var capabilityLines: [String] {
        var lines: [String] = []
        if offersPipelining { lines.append("PIPELINING") }
        if let maximumSize { lines.append("SIZE \(maximumSize)") }
        if offers8BitMIME { lines.append("8BITMIME") }
        if offersSMTPUTF8 { lines.append("SMTPUTF8") }
        if offersDSN { lines.append("DSN") }
        if offersEnhancedStatusCodes { lines.append("ENHANCEDSTATUSCODES") }
        if announcesLimits { lines.append("LIMITS RCPTMAX=\(maximumRecipients)") }
        if !mechanisms.isEmpty { lines.append("AUTH " + mechanisms.map(\.rawValue).joined(separator: " ")) }
        return lines + extraCapabilities
    }
}
