/// Where in a session a hostile mail server turns hostile. Up to there it is an honest SMTPS server.
public enum HostileStage: String, CaseIterable, Sendable {
    /// The TCP connection is open; the server ignores the client's TLS.
    case connect
    /// The server has sent the first half of its handshake.
    case tls
    /// In place of the 220.
    case greeting
    /// In place of the reply to EHLO.
    case ehlo
    /// In place of the reply to AUTH.
    case auth
    /// In place of the reply to MAIL.
    case mail
    /// In place of the reply to RCPT.
    case rcpt
    /// In place of the 354.
    case data
    /// In place of the reply to the final dot.
    case dot
    /// In place of the reply to QUIT.
    case quit
    /// After the 250 of a message, without being asked.
    case idle

    /// Whether TLS is established by then.
    public var isSecured: Bool {
        switch self {
        case .connect, .tls: false
        case .greeting, .ehlo, .auth, .mail, .rcpt, .data, .dot, .quit, .idle: true
        }
    }

    /// The code of the honest reply (RFC 5321 §4.3.2).
    var code: Int {
        switch self {
        case .greeting: 220
        case .auth: 235
        case .data: 354
        case .quit: 221
        case .connect, .tls, .ehlo, .mail, .rcpt, .dot, .idle: 250
        }
    }

    /// A reply that has no meaning at this stage.
    var wrongReply: String {
        switch self {
        case .greeting, .data, .idle: "250 2.0.0 done"
        case .ehlo, .auth, .mail, .rcpt, .dot: "354 2.0.0 send it"
        case .quit: "334 Z28gb24="
        case .connect, .tls: "220 no TLS here"
        }
    }
}
