/// How a client ends its lines, and with that: what ends its message.
///
/// RFC 5321 §2.3.8 knows CRLF only, and §4.1.1.4 that only CRLF.CRLF ends the data. But people use `nc`, which sends what
/// the terminal gives it. The rule, after Exim, which decides by the first header line: a client that has ended *every*
/// command line so far with a bare LF is an LF client, and LF.LF ends its message; a client that has sent a single
/// CRLF is held to CRLF. Whoever then mixes the two around a dot is refused: that is what SMTP smuggling
/// (CVE-2023-51764, -51765, -51766) looks like.
public enum LineDiscipline: Hashable, Sendable {
    /// CRLF ends lines; a bare LF inside the message is normalised to CRLF, but never helps to end the message.
    case crlf
    /// LF ends lines; a CR anywhere inside the message is an error, and behind one nobody can tell which dot ends it.
    case lf
}
