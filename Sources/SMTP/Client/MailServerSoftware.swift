/// The software behind a mail server, as far as its greeting and its reply to EHLO tell, and what follows for a session
/// that is used for several messages.
///
/// A server that tells nothing is treated as the strictest one: ``unknown`` has the limits of ``exim``.
public enum MailServerSoftware: String, Hashable, Sendable, CaseIterable {
    case amazonSES = "Amazon SES"
    case exchange = "Exchange"
    case exim = "Exim"
    case gmail = "Gmail"
    case openSMTPD = "OpenSMTPD"
    case postfix = "Postfix"
    case sendmail = "Sendmail"
    case unknown

    /// Reads the software out of the first lines of both replies and the keywords of the second. The work is linear, and
    /// only the first bytes of a line are looked at.
    public init(greeting: Reply, ehlo: Reply) {
        let keywords = Set(ehlo.lines.dropFirst().compactMap { Self.words(of: $0, limit: 32).first })
        let words = Set(Self.words(of: greeting.lines[0]) + Self.words(of: ehlo.lines[0]))
        // Exim first: whoever calls itself two names gets the stricter limits.
        self =
            if words.contains("exim") || keywords.contains("pipeconnect") || keywords.contains("x_pipe_connect") {
                .exim
            } else if words.contains("postfix") {
                .postfix
            } else if words.isSuperset(of: ["microsoft", "esmtp"]) || keywords.contains("x-exps") {
                .exchange
            } else if words.contains("gsmtp") {
                .gmail
            } else if words.contains(where: { $0.hasPrefix("simpleemailservice") }) {
                .amazonSES
            } else if words.contains("opensmtpd") {
                .openSMTPD
            } else if words.contains("sendmail") {
                .sendmail
            } else {
                .unknown
            }
    }

    /// Whether every message of a session is delivered as soon as it is accepted.
    ///
    /// Exim leaves the messages behind the tenth of a session to its next queue run (`smtp_accept_queue_per_connection`).
    public var deliversAtOnce: Bool {
        switch self {
        case .amazonSES, .exchange, .gmail, .openSMTPD, .postfix, .sendmail: true
        case .exim, .unknown: false
        }
    }

    /// How many RSETs a session may count (``NonMailCommands``) before the server takes offence: Exim ends the session
    /// (`smtp_accept_max_nonmail`), Postfix counts each further one as an error (`smtpd_junk_command_limit`).
    var maxResets: Int {
        switch self {
        case .postfix: 100
        case .amazonSES, .exchange, .exim, .gmail, .openSMTPD, .sendmail, .unknown: 10
        }
    }

    /// Words in lower case, without names of hosts.
    private static func words(of line: [UInt8], limit: Int = 256) -> [String] {
        line.prefix(limit).split(separator: UInt8(ascii: " ")).compactMap { word in
            word.contains(UInt8(ascii: ".")) ? nil : String(decoding: word, as: UTF8.self).lowercased()
        }
    }
}

/// Counts the RSETs of a session that belong to no message, of which servers allow few.
///
/// The first RSET behind a MAIL is free, as Exim counts; and an accepted message clears the count where the server is
/// known to clear its own.
struct NonMailCommands: Hashable, Sendable {
    private var resets = 0
    private var isNextFree = true

    /// Whether one more RSET is within the limit of `software`.
    func allowReset(_ software: MailServerSoftware) -> Bool {
        isNextFree || resets < software.maxResets
    }

    mutating func sentReset() {
        if isNextFree { isNextFree = false } else { resets += 1 }
    }

    mutating func sentMail() {
        isNextFree = true
    }

    /// The server has accepted a message.
    mutating func acceptedMessage(_ software: MailServerSoftware) {
        switch software {
        case .postfix: resets = 0
        case .amazonSES, .exchange, .exim, .gmail, .openSMTPD, .sendmail, .unknown: break
        }
    }
}
