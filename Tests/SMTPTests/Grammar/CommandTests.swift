import TestSupport
import Testing

@testable import SMTP

@Suite("Command lines")
struct CommandTests {
    @Test(
        "Verbs, in any case, with white space behind",
        arguments: [
            ("HELO client.example", Command.helo),
            ("ehlo [192.0.2.1]", .ehlo),
            ("EHLO", .ehlo),
            ("DATA", .data),
            ("data  \t ", .data),
            ("RSET", .rset),
            ("RSET ", .rset),
            ("noop", .noop),
            ("NOOP whatever is here", .noop),
            ("QUIT", .quit),
            ("HELP MAIL", .help),
            ("VRFY postmaster", .vrfy),
            ("EXPN list", .expn),
            ("AUTH PLAIN AHVzZXIAcGFzcw==", .auth),
            ("STARTTLS", .notOffered(verb: "STARTTLS")),
            ("BDAT 10 LAST", .bdat(size: 10)),
            ("bdat 0", .bdat(size: 0)),
            ("BDAT  10  last ", .bdat(size: 10)),
            ("XEXCH50 10 2", .notOffered(verb: "XEXCH50")),
            ("xclient ADDR=192.0.2.1", .notOffered(verb: "XCLIENT")),
            ("XFORWARD NAME=x", .notOffered(verb: "XFORWARD")),
            ("ETRN example.com", .notOffered(verb: "ETRN")),
            ("", .blank),
            ("     ", .blank),
            ("\t", .blank),
            ("GET / HTTP/1.1", .foreignProtocol(.http)),
            ("post /index HTTP/1.0", .foreignProtocol(.http)),
            ("CONNECT smtp.example:25 HTTP/1.1", .foreignProtocol(.http)),
            ("PRI * HTTP/2.0", .foreignProtocol(.http)),
            ("PROXY TCP4 192.0.2.1 192.0.2.2 4000 465", .foreignProtocol(.proxyProtocol)),
            ("GET\t/", .foreignProtocol(.http)),
            ("Host: localhost", .foreignProtocol(.http)),
            ("User-Agent: x", .foreignProtocol(.http)),
        ]
    )
    func verbs(line: String, command: Command) {
        #expect(Command.read(line[...]) == command)
    }

    @Test(
        "Lines that are no command",
        arguments: [
            ("MAILFROM:<a@b>", Command.unknown),
            (" MAIL FROM:<a@b>", .unknown),
            ("MAIL\tFROM:<a@b>", .unknown),
            ("NOOP\u{0}", .unknown),
            ("NOOP\u{7F}x", .unknown),
            ("QUIT\rRSET", .unknown),
            ("Subject: hello", .unknown),
            ("\u{16}\u{3}\u{1}", .unknown),
            // Letters whose upper case is ASCII are no ASCII letters.
            ("R\u{17F}ET", .unknown),
            ("ho\u{17F}t:", .unknown),
            ("DATA now", .malformed(verb: "DATA")),
            ("DATA\tnow", .unreadableData(verb: "DATA")),
            ("data:", .unreadableData(verb: "DATA")),
            ("DATABASE", .unknown),
            ("DATA5", .unreadableData(verb: "DATA")),
            ("BDAT", .unreadableData(verb: "BDAT")),
            ("BDAT x", .unreadableData(verb: "BDAT")),
            ("BDAT5 LAST", .unreadableData(verb: "BDAT")),
            ("Bdat\u{17F} 5", .unreadableData(verb: "BDAT")),
            ("xexch50\t1", .unreadableData(verb: "XEXCH50")),
            ("RSET x", .malformed(verb: "RSET")),
            ("QUIT now", .malformed(verb: "QUIT")),
        ]
    )
    func noCommand(line: String, command: Command) {
        #expect(Command.read(line[...]) == command)
    }

    @Test(
        "MAIL",
        arguments: [
            // The documented telnet session.
            ("MAIL FROM:sender@transparentproxy.com", "<sender@transparentproxy.com>"),
            ("MAIL FROM:<a@b.example>", "<a@b.example>"),
            ("mail from:<A@b.example>", "<A@b.example>"),
            ("MAIL FROM: <a@b>", "<a@b>"),
            ("MAIL   FROM:   a@b   ", "<a@b>"),
            ("MAIL FROM:<>", "<>"),
            ("MAIL FROM:<> SIZE=0", "<> SIZE=0"),
            ("MAIL FROM:<a@b> AUTH=<>", "<a@b>"),
            ("MAIL FROM:<a@b> SIZE=10 Auth=e+3Dmc2@example.com BODY=7BIT", "<a@b> SIZE=10 BODY=7BIT"),
            ("MAIL FROM:a@b SIZE=10 body=8BITMIME", "<a@b> SIZE=10 BODY=8BITMIME"),
            ("MAIL FROM:<a@b>   SIZE=10   SMTPUTF8", "<a@b> SIZE=10 SMTPUTF8"),
            ("MAIL FROM:<a@b> RET=HDRS ENVID=x+2By", "<a@b> RET=HDRS ENVID=x+2By"),
            ("MAIL FROM:<postmaster>", "<postmaster>"),
            (#"MAIL FROM:<"a b"@c>"#, #"<"a b"@c>"#),
            (#"MAIL FROM:"a b"@c SIZE=1"#, #"<"a b"@c> SIZE=1"#),
            (#"MAIL FROM:<"a>b"@c>"#, #"<"a>b"@c>"#),
            (#"MAIL FROM:<"a\"b"@c>"#, #"<"a\"b"@c>"#),
            (#"MAIL FROM:<"a\\"@c>"#, #"<"a\\"@c>"#),
            (#"MAIL FROM:<"a@b"@c>"#, #"<"a@b"@c>"#),
            ("MAIL FROM:<a@[192.0.2.1]>", "<a@[192.0.2.1]>"),
            ("MAIL FROM:<a@[IPv6:2001:db8::1]>", "<a@[IPv6:2001:db8::1]>"),
            ("MAIL FROM:<@one.example,@two.example:a@b>", "<a@b>"),
            ("MAIL FROM:<@one:\"x:y\"@b>", "<\"x:y\"@b>"),
            ("MAIL FROM:<bj\u{F6}rn@b> SMTPUTF8", "<bj\u{F6}rn@b> SMTPUTF8"),
        ]
    )
    func mail(line: String, address: String) {
        guard case .mail(let read) = Command.read(line[...]) else {
            Issue.record("not read as MAIL: \(Command.read(line[...]))")
            return
        }
        #expect(read.wire == address)
    }

    @Test(
        "MAIL that can't be read",
        arguments: [
            "MAIL", "MAIL FROM", "MAIL FROM:", "MAIL FROM:   ", "MAIL TO:<a@b>", "MAIL FROM <a@b>", "MAIL FROM:<a@b",
            "MAIL FROM:a@b>", "MAIL FROM:<a@b>x", "MAIL FROM:<a@b>SIZE=1", "MAIL FROM:<<a@b>>", "MAIL FROM:<a b@c>",
            "MAIL FROM:<a@b>>", "MAIL FROM:< a@b>", "MAIL FROM:<@a>", "MAIL FROM:<@a:>", "MAIL FROM:@a:b@c",
            "MAIL FROM:<@>", "MAIL FROM:<a@>", "MAIL FROM:a@", #"MAIL FROM:<"a@b>"#, #"MAIL FROM:"a@b"#,
            #"MAIL FROM:<"a\"@b>"#, "MAIL FROM:<a@b> SIZE=", "MAIL FROM:<a@b> =1", "MAIL FROM:<a@b> -X=1",
            "MAIL FROM:<a@b> SIZE=1 size=2", "MAIL FROM:<a@b> X_Y=1", "MAIL FROM:<a@b> ENVID=a=b",
            // A source route with quotes would leave half a quoted string behind.
            #"MAIL FROM:<@a"::"b:c@d>"#, #"MAIL FROM:<@a":b@c"d:e@f>"#,
            // RFC 821's quoting outside of quotes: the bracket that ends the path would be in doubt upstream.
            #"MAIL FROM:<a\>"#, #"MAIL FROM:a\@b"#,
        ]
    )
    func malformedMail(line: String) {
        #expect(Command.read(line[...]) == .malformed(verb: "MAIL"))
    }

    @Test(
        "RCPT",
        arguments: [
            ("RCPT TO:receiver@transparentproxy.com", "<receiver@transparentproxy.com>"),
            ("RCPT TO:<a@b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b", "<a@b> NOTIFY=SUCCESS,FAILURE ORCPT=rfc822;a@b"),
            ("rcpt to:<Postmaster>", "<Postmaster>"),
            ("RCPT TO:<@relay:a@b>", "<a@b>"),
        ]
    )
    func recipient(line: String, address: String) {
        guard case .rcpt(let read) = Command.read(line[...]) else {
            Issue.record("not read as RCPT: \(Command.read(line[...]))")
            return
        }
        #expect(read.wire == address)
    }

    @Test("RCPT that can't be read", arguments: ["RCPT", "RCPT TO:", "RCPT TO:<>", "RCPT FROM:<a@b>", "RCPT TO:<a@b"])
    func malformedRecipient(line: String) {
        #expect(Command.read(line[...]) == .malformed(verb: "RCPT"))
    }

    @Test("A path is at most 254 octets long")
    func longPath() {
        let longest = String(repeating: "a", count: 252) + "@b"
        #expect(Command.read("MAIL FROM:<\(longest)>") == .mail(.of("<\(longest)>")))
        #expect(Command.read("MAIL FROM:<a\(longest)>") == .malformed(verb: "MAIL"))
        #expect(Command.read("MAIL FROM:a\(longest)") == .malformed(verb: "MAIL"))
    }

    @Test(
        "The declared size is a plain number",
        arguments: [
            ("<a@b> SIZE=100", 100), ("<a@b>", nil), ("<a@b> SIZE=x", nil), ("<a@b> SIZE=-1", nil),
            ("<a@b> SIZE=+1", nil), ("<a@b> SIZE", nil),
        ] as [(String, Int?)]
    )
    func declaredSize(text: String, size: Int?) {
        #expect(EnvelopeAddress.of(text).declaredSize == size)
    }

    @Test("Random lines never crash, and what is read is safe between angle brackets")
    func randomLines() {
        var random = SeededGenerator(seed: 5321)
        let alphabet = Array("aA@<>\"\\:=, ;[]()\u{E9}\t\u{1}09.".unicodeScalars)
        for _ in 0..<20_000 {
            var line = ["MAIL FROM:", "RCPT TO:", "MAIL FROM:<", "RCPT TO:<@"].randomElement(using: &random) ?? ""
            for _ in 0..<Int.random(in: 0...12, using: &random) {
                line.unicodeScalars.append(alphabet[Int.random(in: alphabet.indices, using: &random)])
            }
            switch Command.read(line[...]) {
            case .mail(let address), .rcpt(let address):
                let again = EnvelopeAddress.read("<\(address.path.mailbox)>"[...].utf8, after: "")
                #expect(again?.path == address.path, "\(line.debugDescription)")
            case .helo, .ehlo, .data, .rset, .noop, .quit, .help, .vrfy, .expn, .auth, .notOffered, .bdat,
                .unreadableData, .malformed, .blank,
                .foreignProtocol, .unknown:
                break
            }
        }
    }
}
