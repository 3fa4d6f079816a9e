extension MailClient {
    /// Why a message doesn't get through with this client, to all servers or to some; nil where it does.
    func gap(_ sample: SampleMessage) -> String? {
        switch (self, sample) {
        case (.swaks, .internationalized), (.pipeliningSwaks, .internationalized), (.msmtp, .internationalized),
            (.netSMTP, .internationalized):
            """
            SMTPUTF8: the client doesn't ask for it in MAIL (RFC 6531 §3.4), and the relay promises no server what nobody \
            asked for: it answers 553 5.6.7.
            """
        case (_, .internationalized):
            "SMTPUTF8: Dovecot's submission service doesn't have it, so the relay doesn't offer it on that route."
        case (.curl, .dots):
            """
            Dots: without `--crlf` curl doesn't double those that follow a bare newline. Nobody can tell then where the \
            message ends, so the relay refuses it and closes the connection; a lenient server stores half of it and takes \
            the rest for commands.
            """
        case (.swaks, .empty), (.pipeliningSwaks, .empty): "Empty: swaks takes an empty file for none."
        default: nil
        }
    }

    /// What the client makes of a message before it sends it; nil where it sends what it was given.
    func alteration(_ sample: SampleMessage) -> String? {
        switch (self, sample) {
        case (.swaks, .internationalized), (.pipeliningSwaks, .internationalized), (.swaks, .empty),
            (.pipeliningSwaks, .empty), (.curl, .dots), (.curl, .empty):
            nil
        case (.swaks, _), (.pipeliningSwaks, _): "Adds an empty line, and repairs dots where it finds them doubled."
        case (.curl, _): "Adds an empty line."
        default: nil
        }
    }
}
