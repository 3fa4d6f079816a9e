/// How a client ends its lines, and with that: what ends its message.
///
/// RFC 5321 §2.3.8 knows CRLF only, and §4.1.1.4 that only CRLF.CRLF ends the data. But people use `nc`, which sends what
/// the terminal gives it. The rule, after Exim, which decides by the first header line: a client that has ended *every*
/// command line so far with a bare LF is an LF client, and LF.LF ends its message; a client that has sent a single
/// CRLF is held to CRLF. Whoever then mixes the two around a dot is refused: that is what SMTP smuggling
/// (CVE-2023-51764, -51765, -51766) looks like.
///
/// CRs in front of a CRLF are a known fault of clients with one meaning, and are dropped. They never help to end the
/// message: `CR LF . CR CR LF` ends it for some servers (Postfix drops the CR first) and not for others, so it is refused
/// like a dot beside a bare LF. `CR CR LF . CR LF` holds CRLF.CRLF and ends it for all.
public enum LineDiscipline: Hashable, Sendable {
    /// CRLF ends lines; a bare LF, or CRs in front of a CRLF, are normalised to CRLF, but never help to end the message.
    case crlf
    /// LF ends lines; a CR anywhere inside the message is an error, and behind one nobody can tell which dot ends it.
    case lf
}
