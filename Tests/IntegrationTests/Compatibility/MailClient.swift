/// A program with which applications and people send mail.
enum MailClient: String, CaseIterable, Sendable {
    case telnet
    case netcat
    case swaks
    case pipeliningSwaks = "swaks --pipeline"
    case msmtp
    case curl
    case curlWithCRLF = "curl --crlf"
    case smtplib = "Python smtplib"
    case netSMTP = "Perl Net::SMTP"
    case javaMail = "JavaMail"
    case chunkingJavaMail = "JavaMail, mail.smtp.chunksize"

    /// Sends a letter to a port of this machine.
    ///
    /// - Returns: whether the client says that the server took it.
    func send(_ letter: Letter, to port: Int) async throws -> Bool {
        let input = try self.isTyped ? letter.writeDialogue() : letter.file
        // The shell gives the program its input, and knows nothing else of it.
        let command = ["/bin/sh", "-c", #"input=$1; shift; exec "$@" <"$input""#, "sh", input]
        let result = try await ProcessRunner.run(
            try await command + self.command(letter, port: port),
            environment: ["LC_ALL": "C.UTF-8"],
            within: .seconds(120)
        )
        guard self == .netcat else { return result.succeeded }
        // It knows nothing of SMTP: the reply to the final dot is the one before QUIT's.
        let replies = result.output.split(separator: "\r\n").suffix(2).map { $0.prefix(3) }
        return replies == ["250", "221"]
    }

    /// Whether somebody types the session himself.
    private var isTyped: Bool { self == .telnet || self == .netcat }

    private func command(_ letter: Letter, port: Int) async throws -> [String] {
        let sender = letter.sample.sender
        let host = "127.0.0.1"
        let name = "client.example.test"
        switch self {
        case .telnet:
            return ["/usr/bin/expect", "-f", Scripts.path("telnet.exp"), "pasted", "100", "telnet", host, "\(port)"]
        case .netcat: return ["/bin/nc.openbsd", "-N", host, "\(port)"]
        case .swaks, .pipeliningSwaks:
            return ["/usr/bin/swaks", "--server", host, "--port", "\(port)", "--helo", name, "--from", sender]
                + ["--to", letter.recipients.joined(separator: ","), "--data", "@" + letter.file]
                + ["--suppress-data"] + (self == .swaks ? [] : ["--pipeline"])
        case .msmtp:
            return ["/usr/bin/msmtp", "--file=/dev/null", "--host=\(host)", "--port=\(port)", "--domain=\(name)"]
                + [
                    "--auth=off", "--tls=off", "--set-from-header=off", "--set-date-header=off",
                    "--set-msgid-header=off",
                ]
                + ["--from=\(sender)", "--"] + letter.recipients
        case .curl, .curlWithCRLF:
            return ["/usr/bin/curl", "--silent", "--show-error", "smtp://\(host):\(port)/\(name)"]
                + ["--mail-from", sender] + letter.recipients.flatMap { ["--mail-rcpt", $0] }
                + ["--upload-file", letter.file] + (self == .curl ? [] : ["--crlf"])
        case .smtplib:
            return ["/usr/bin/python3", Scripts.path("clients/send_smtplib.py"), "\(port)", sender]
                + [letter.sample.parameters.joined(separator: ",")] + letter.recipients
        case .netSMTP:
            return ["/usr/bin/perl", Scripts.path("clients/send_net_smtp.pl"), "\(port)", sender]
                + [letter.sample.parameters.joined(separator: ",")] + letter.recipients
        case .javaMail, .chunkingJavaMail:
            return ["/usr/bin/java", "-Xshare:auto", "-XX:TieredStopAtLevel=1"]
                + [
                    "-cp", "\(JavaMail.library):\(try await JavaMail.classes.value.path)", "SendJavaMail", "\(port)",
                    sender,
                ]
                + [self == .javaMail ? "" : "65536"] + letter.recipients
        }
    }
}
