import NIOCore
import TestSupport
import Testing

@testable import SMTP

@Suite("What a server repeats of the credentials")
struct CredentialRedactorTests {
    private static func redact(_ text: String, secret: String, responses: [String] = []) -> String {
        var redactor = CredentialRedactor(secret: Array(secret.utf8), responses: responses.map { Array($0.utf8) })
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map { Array($0.utf8) }
        let reply = redactor.redact(Reply(code: 250, lines: lines))
        return reply.lines.map { String(decoding: $0, as: UTF8.self) }.joined(separator: "\n")
    }

    @Test(
        "A secret is blanked out in every form, and nothing around it",
        arguments: [
            ("no Pa55-word here", "no <redacted> here"),
            ("PA55-WORD pa55-word", "<redacted> <redacted>"),
            ("Pa55-wordPa55-word", "<redacted>"),
            ("(506135352d776f7264)", "(<redacted>)"),
            ("506135352D776F7264", "<redacted>"),
            ("UGE1NS13b3Jk", "<redacted>"),
            ("uge1ns13b3jk", "<redacted>"),
            ("Pa55-wor d", "Pa55-wor d"),
            ("a\nPa55-word\nb", "a\n<redacted>\nb"),
            ("", ""),
        ]
    )
    func forms(text: String, expected: String) {
        #expect(Self.redact(text, secret: "Pa55-word") == expected)
    }

    @Test("In Base64, no bit of the secret stays, whatever stands around it")
    func alignments() {
        var random = SeededGenerator(seed: 15)
        for length in [8, 9, 10, 11, 200, 4096] {
            let secret = String(
                decoding: (0..<length).map { _ in UInt8.random(in: 0x21...0x7E, using: &random) },
                as: UTF8.self
            )
            for before in 0..<6 {
                for after in 0..<4 {
                    // Neighbours of all ones and all zeros: what differs between two secrets is the secret's alone.
                    let head = Array(repeating: UInt8(0), count: before)
                    let tail = Array(repeating: UInt8(0), count: after)
                    let text = Base64.encode(head + secret.utf8 + tail)
                    let shown = Self.redact("x \(text) y", secret: secret)
                    let kept = shown.split(separator: "<redacted>", omittingEmptySubsequences: false)
                    #expect(kept.count == 2, "\(length) \(before) \(after)")
                    #expect(shown.hasPrefix("x ") && shown.hasSuffix(" y"))
                    let letters = kept.joined().dropFirst(2).dropLast(2)
                    #expect(letters.allSatisfy { $0 == "A" || $0 == "=" }, "\(length) \(before) \(after): \(letters)")
                    #expect(
                        Self.redact(text.replacing("+", with: "-").replacing("/", with: "_"), secret: secret) != text
                    )
                }
            }
        }
    }

    @Test("The SASL responses are blanked out, even those around a secret too short to be looked for itself")
    func responses() {
        let response = "\u{0}tim\u{0}abc"
        #expect(Self.redact("what is AHRpbQBhYmM=", secret: "abc", responses: [response]) == "what is <redacted>")
        #expect(Self.redact("abc is an alphabet", secret: "abc", responses: [response]) == "abc is an alphabet")
        #expect(Self.redact("anything", secret: "", responses: [""]) == "anything")
    }

    @Test("Parts stay: an application could find a secret byte by byte if a guess of a part were answered")
    func parts() {
        #expect(Self.redact("Pa55-wor", secret: "Pa55-word") == "Pa55-wor")
        #expect(Self.redact("UGE1NS13b3J", secret: "Pa55-word") == "UGE1NS13b3J")
    }

    @Test("The work is linear, also where a secret almost matches everywhere")
    func linear() {
        var redactor = CredentialRedactor(
            secret: Array(repeating: UInt8(ascii: "a"), count: 4095) + [UInt8(ascii: "b")],
            responses: [Array(repeating: UInt8(ascii: "a"), count: 4096)]
        )
        let line = Array(repeating: UInt8(ascii: "a"), count: 2042)
        let reply = Reply(code: 535, lines: Array(repeating: line, count: 32))
        #expect(redactor.redact(reply) == reply)
        var periodic = CredentialRedactor(secret: Array("aaaaaaaa".utf8), responses: [])
        #expect(periodic.redact(reply).lines.allSatisfy { $0 == Array("<redacted>".utf8) })
        #expect(redactor.steps <= 8 * 32 * line.count)
        #expect(periodic.steps <= 8 * 32 * line.count)
    }

    @Test("A secret of any length is found at any place of a line", arguments: 4...24)
    func places(length: Int) {
        var random = SeededGenerator(seed: UInt64(length))
        func text(_ count: Int) -> [UInt8] { (0..<count).map { _ in UInt8.random(in: 0x21...0x7E, using: &random) } }
        let secret = text(length)
        var redactor = CredentialRedactor(secret: secret, responses: [])
        for before in 0..<3 * length {
            for after in [0, 1, 2, 50] {
                let line = text(before) + secret + text(after)
                let shown = redactor.redact(Reply(code: 250, lines: [line])).lines[0]
                #expect(!shown.starts(with: line), "\(before) \(after)")
            }
        }
    }

    @Test("Of ordinary replies few bytes are looked at")
    func samples() {
        let replies = [
            "2.1.0 Ok", "2.1.5 Ok", "End data with <CR><LF>.<CR><LF>", "2.0.0 Ok: queued as 4WxYz9012Jk",
            "5.1.1 <someone@example.org>: Recipient address rejected: User unknown in virtual mailbox table",
            "OK id=1rTbQk-000000004xL-2Y3w", "4.7.0 Temporary System Problem. Try again later - gsmtp",
        ].map { Reply(250, $0) }
        for secret in ["correct-horse-battery", "Xk9$mQ2v", String(repeating: "tOken.", count: 250)] {
            var redactor = CredentialRedactor(
                secret: Array(secret.utf8),
                responses: [Array("\0postmaster@example.org\0\(secret)".utf8)]
            )
            for reply in replies { #expect(redactor.redact(reply) == reply) }
            let bytes = replies.reduce(0) { $0 + $1.lines[0].count }
            #expect(redactor.steps <= bytes, "\(secret.utf8.count) bytes: \(redactor.steps) steps for \(bytes)")
        }
    }

    @Test("Nothing prints the secret")
    func printed() {
        let redactor = CredentialRedactor(secret: Array("Pa55-word".utf8), responses: [])
        #expect("\(redactor) \(String(reflecting: redactor))" == "<redacted> <redacted>")
    }

    // MARK: In a session

    /// A session that has logged in with a password.
    private static func session(password: String) -> ClientBench {
        var bench = ClientBench(.password(user: "tim", password: password))
        _ = bench.receive("220 hi")
        _ = bench.receive("250-mail", "250-PIPELINING", "250 AUTH PLAIN")
        _ = bench.receive("235 in")
        return bench
    }

    @Test("Credentials are blanked out for the session's whole life")
    func wholeLife() {
        var bench = Self.session(password: "tanstaafl")
        let login = "AHRpbQB0YW5zdGFhZmw="
        #expect(bench.ask { $0.mail(.of("<a@b>")) } == ["> MAIL FROM:<a@b>"])
        #expect(bench.receive("250 ok tanstaafl") == ["mail: 250 ok <redacted>"])
        _ = bench.ask { $0.recipient(.of("<c@d>")) }
        #expect(bench.receive("550 TANSTAAFL \(login)") == ["recipient: 550 <redacted> <redacted>"])
        _ = bench.ask { $0.data() }
        #expect(bench.receive("354 74616e73746161666c") == ["data: 354 <redacted>"])
        _ = bench.ask { $0.endOfData() }
        #expect(bench.receive("250-x", "250 \(login)") == ["endOfData: 250 x <redacted>"])
        _ = bench.ask { $0.reset() }
        #expect(bench.receive("250 \(login)") == ["reset: 250 <redacted>"])
        bench.machine.receive(ByteBuffer(string: "421 \(login) is idle\r\n"))
        #expect(bench.machine.nextAction() == .fail(.unexpectedReply(Reply(421, "<redacted> is idle"))))
    }

    @Test("A server that knows the password from an earlier session can't repeat it before the login")
    func beforeLogin() {
        var greeted = ClientBench(.password(user: "tim", password: "tanstaafl"))
        greeted.machine.receive(ByteBuffer(string: "554 not with tanstaafl\r\n"))
        #expect(greeted.machine.nextAction() == .fail(.greetingRefused(Reply(554, "not with <redacted>"))))
        var introduced = ClientBench(.password(user: "tim", password: "tanstaafl"))
        _ = introduced.receive("220 hi")
        introduced.machine.receive(ByteBuffer(string: "550 dGFuc3RhYWZs\r\n"))
        #expect(introduced.machine.nextAction() == .fail(.refused(Reply(550, "<redacted>"))))
    }

    @Test("A password that is a keyword hides no capability")
    func keyword() {
        var bench = ClientBench(.password(user: "tim", password: "pipelining"))
        _ = bench.receive("220 hi")
        _ = bench.receive("250-mail", "250-PIPELINING", "250 AUTH PLAIN")
        _ = bench.receive("235 in")
        #expect(bench.machine.capabilities.pipelining)
    }

    @Test("A short password is looked for until the login is through")
    func short() {
        var refused = ClientBench(.password(user: "tim", password: "short"))
        _ = refused.receive("220 hi")
        _ = refused.receive("250-mail", "250 AUTH PLAIN")
        refused.machine.receive(ByteBuffer(string: "535 short is wrong\r\n"))
        let reply = Reply(535, "<redacted> is wrong")
        #expect(refused.machine.nextAction() == .fail(.loginRefused(.plain, reply)))
        var bench = Self.session(password: "short")
        _ = bench.ask { $0.mail(.of("<short@b>")) }
        #expect(bench.receive("250 short@b ok") == ["mail: 250 short@b ok"])
    }
}
