import FoundationEssentials
import TestSupport
import Testing

/// `docs/compatibility.md`: a row for each client, and why what is missing is missing.
///
/// With `TPROXY_WRITE_GOLDENS=1` it is written anew.
enum CompatibilityPage {
    private static let path = Repository.path("docs/compatibility.md")
    private static var isWriting: Bool { ProcessInfo.processInfo.environment["TPROXY_WRITE_GOLDENS"] == "1" }

    /// Compares a client's row, and whether each of its gaps is explained.
    static func check(_ client: MailClient, _ findings: [SampleMessage: CompatibilityFinding]) throws {
        let cells = SampleMessage.allCases.map { findings[$0]?.words ?? "?" }
        let row = "\(start(of: client))\(cells.joined(separator: " | ")) |"
        for (sample, finding) in findings {
            let isWhole = finding.servers == CompatibilityFinding.Server.allCases
            #expect(isWhole == (client.gap(sample) == nil), "\(client.rawValue), \(sample.rawValue): \(finding.words)")
            #expect(finding.isAltered == (client.alteration(sample) != nil), "\(client.rawValue), \(sample.rawValue)")
        }
        var rows = try rows()
        if isWriting {
            rows[client] = row
            try text(rows).write(toFile: path, atomically: true, encoding: .utf8)
        }
        #expect(rows[client] == row)
    }

    /// Compares all the rest.
    static func check() throws {
        let rows = try rows()
        #expect(rows.count == MailClient.allCases.count)
        if isWriting { try text(rows).write(toFile: path, atomically: true, encoding: .utf8) }
        #expect(try String(contentsOf: URL(filePath: path), encoding: .utf8) == text(rows))
    }

    private static func start(of client: MailClient) -> String { "| \(client.rawValue) | " }

    /// The page's rows.
    private static func rows() throws -> [MailClient: String] {
        guard isWriting || FileManager.default.fileExists(atPath: path) else { return [:] }
        let text = (try? String(contentsOf: URL(filePath: path), encoding: .utf8)) ?? ""
        var rows: [MailClient: String] = [:]
        for line in text.split(separator: "\n") {
            for client in MailClient.allCases where line.hasPrefix(start(of: client)) { rows[client] = String(line) }
        }
        return rows
    }

    private static func text(_ rows: [MailClient: String]) -> String {
        let samples = SampleMessage.allCases.map(\.rawValue)
        var text = """
            # Which clients can send what

            Made by the tests (`CompatibilityTests`), which send each of these messages with each client through the relay
            to Postfix, Dovecot's submission service and Exim, and compare what those have stored with what was sent,
            octet by octet.

            | | \(samples.joined(separator: " | ")) |
            |---\(String(repeating: "|---", count: samples.count))|

            """
        for client in MailClient.allCases { text += (rows[client] ?? start(of: client)) + "\n" }
        text += """

            **yes**: all three stored every octet as it was. **no**: refused, and nothing stored. Servers: those that did.
            \\*: the client itself sends something else than it was given; it would be the same without the relay.

            8-bit is ISO 8859-1; SMTPUTF8 has letters beyond ASCII in the addresses and in the header (RFC 6531). All
            clients connect without TLS and without a login, and speak to `127.0.0.1`.

            ## Why some can't


            """
        text += list { $0.gap($1) }
        text += "\n## What clients change themselves\n\n"
        text += list { $0.alteration($1) }
        text += """

            ## What the relay hides

            A client isn't offered CHUNKING (RFC 3030), so it sends DATA. AUTH and STARTTLS aren't offered either: a client
            that insists on a login or on TLS has to be told not to (`mail.smtp.auth=false`, `--auth=off`, `--tls=off`).

            ## Clients that begin TLS by the port number

            nodemailer, Symfony's mailer and Alertmanager begin TLS at once if the port is 465. The relay's port speaks
            SMTP without TLS: it closes such a connection, counts it in `tproxy_foreign_protocol_connections_total`, and
            logs it once a minute. Set `spec.service.port` to another port, for example 25 or 587, or turn implicit TLS off
            in the client where it has an option for that. HTTP requests and PROXY protocol headers are treated the same.

            ## Lines

            Lines of text may have any length; the mail server's limit counts. CR CR LF is taken for CRLF. A message with a
            CR elsewhere, or with a NUL, is refused with 550 5.6.0. `AUTH=` in MAIL is ignored.

            """
        return text
    }

    /// A line for each sentence, with the clients and messages that it is about.
    private static func list(_ sentence: (MailClient, SampleMessage) -> String?) -> String {
        var order: [String] = []
        var cases: [String: [String]] = [:]
        for sample in SampleMessage.allCases {
            for client in MailClient.allCases {
                guard let text = sentence(client, sample) else { continue }
                if cases[text] == nil { order.append(text) }
                if cases[text]?.contains(client.rawValue) != true { cases[text, default: []].append(client.rawValue) }
            }
        }
        return order.map { "- \($0) (\(cases[$0, default: []].joined(separator: "; ")))\n" }.joined()
    }
}
