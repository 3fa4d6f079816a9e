import Foundation
import TLS
import Testing

@testable import MailSink

@Suite struct SinkServerTests {
    @Test func takesMailWordForWord() async throws {
        try await withSink { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await client.say("MAIL FROM:<a@b> BODY=8BITMIME", "250 2.1.0")
            try await client.say("RCPT TO:<c@d> NOTIFY=NEVER", "250 2.1.5")
            try await client.say("RCPT TO:<e@f>", "250 ")
            try await client.say("DATA", "354 ")
            client.send("Subject: x\r\n\r\n..dot\r\n\n.\nMAIL FROM:<x@y>\n.\r\nend\r\n.\r\n")
            try await client.expect("250 2.0.0")
            try await client.say("QUIT", "221 ")
            try await client.expectClose()
            let mail = try #require(try await sink.waitForMails(1).first)
            let content = "Subject: x\r\n\r\n.dot\r\n\n.\nMAIL FROM:<x@y>\n.\r\nend\r\n"
            #expect(String(decoding: mail.content, as: UTF8.self) == content)
            #expect(mail.size == content.utf8.count)
            #expect(mail.login == SinkLogin(user: "ann", mechanism: .plain))
            #expect(mail.envelope.sender == "a@b")
            #expect(mail.envelope.parameters == [MailParameter("BODY", "8BITMIME")])
            #expect(mail.envelope.recipients.map(\.address) == ["c@d", "e@f"])
            #expect(mail.envelope.recipients.first?.parameters == [MailParameter("NOTIFY", "NEVER")])
            #expect(sink.counters.violations == ["session 1: bare LF in content"])
        }
    }

    @Test func keepsTheTranscriptWithoutSecrets() async throws {
        try await withSink { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            try await client.say("QUIT", "221 ")
            try await sink.wait(for: "the end") { $0.openConnections == 0 }
            let transcript = try #require(sink.transcripts.first)
            #expect(transcript.verbs == ["EHLO", "AUTH", "QUIT"])
            #expect(transcript.lines.contains("C: AUTH PLAIN <redacted>"))
            #expect(!transcript.lines.contains { $0.contains("AGFubgBzZWNyZXQ=") })
            #expect(transcript.lines.first == "S: 220 sink.example ESMTP")
            #expect(sink.counters.quits == 1)
        }
    }

    @Test func pipelinesAndCountsMessagesPerSession() async throws {
        try await withSink { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            for ordinal in 1...3 {
                client.send("MAIL FROM:<a\(ordinal)@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
                try await client.expect("354 ")
                client.send("x\r\n.\r\n")
                try await client.expect("250 2.0.0")
            }
            let mails = try await sink.waitForMails(3)
            #expect(mails.map(\.ordinal) == [1, 2, 3])
            #expect(mails.map(\.session) == [1, 1, 1])
            #expect(sink.counters.violations.isEmpty)
            #expect(sink.counters.commands["MAIL"] == 3)
        }
    }

    @Test(arguments: [
        ("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\ntext\r\n.\r\n", "sent more behind DATA before its reply"),
        ("NOOP\r\nNOOP\r\n", "sent more behind NOOP before its reply"),
        ("NOOP\n", "command line that ends with a bare LF"),
        ("NOOP a\rb\r\n", "command line with control characters or bad UTF-8"),
        ("NOOP " + String(repeating: "x", count: 3000) + "\r\n", "command line too long"),
    ])
    func notesBreaches(wire: String, breach: String) async throws {
        try await withSink { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            client.send(wire)
            try await sink.wait(for: "a breach") { !$0.violations.isEmpty }
            #expect(sink.counters.violations.first == "session 1: \(breach)")
        }
    }

    @Test func refusesTooMuch() async throws {
        var configuration = SinkConfiguration()
        configuration.maximumSize = 100
        try await withSink(configuration) { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send(String(repeating: "0123456789\r\n", count: 20) + ".\r\n")
            try await client.expect("552 5.3.4")
            #expect(sink.mails.isEmpty)
            try await client.say("MAIL FROM:<a@b>", "250 ")
        }
    }

    @Test func discardsWhenTold() async throws {
        var configuration = SinkConfiguration()
        configuration.content = .discarded
        try await withSink(configuration) { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send(String(repeating: "..23456789\r\n", count: 200_000) + ".\r\n")
            try await client.expect("250 2.0.0")
            let mail = try #require(try await sink.waitForMails(1).first)
            #expect(mail.size == 11 * 200_000)
            #expect(mail.content.isEmpty)
        }
    }

    @Test func writesFiles() async throws {
        let folder = FileManager.default.temporaryDirectory.appending(path: "sink-\(UUID().uuidString)")
        try FileManager.default.createDirectory(at: folder, withIntermediateDirectories: true)
        defer { try? FileManager.default.removeItem(at: folder) }
        var configuration = SinkConfiguration()
        configuration.content = .files(folder: folder.path)
        try await withSink(configuration) { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send("x\r\n.\r\n")
            try await client.expect("250 2.0.0")
            let file = try #require(sink.mails.first?.file)
            #expect(try String(contentsOfFile: file, encoding: .utf8) == "x\r\n")
            // A mail that can't be stored is not taken.
            try FileManager.default.removeItem(at: folder)
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send("x\r\n.\r\n")
            try await client.expect("451 4.3.0")
            #expect(sink.mails.count == 1)
        }
    }

    @Test func mailsThatBreakOffAreNotTaken() async throws {
        try await withSink { sink in
            let client = try await RawClient.connect(port: sink.port)
            try await client.logIn()
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send("x\r\n")
            client.close()
            try await sink.wait(for: "the end") { $0.openConnections == 0 }
            #expect(sink.mails.isEmpty)
        }
    }

    @Test func speaksTLS() async throws {
        let authority = try TestAuthority()
        try await withSink(tls: authority.serverContext()) { sink in
            let client = try await RawClient.connect(port: sink.port, tls: authority.clientContext())
            try await client.logIn()
            client.send("MAIL FROM:<a@b>\r\nRCPT TO:<c@d>\r\nDATA\r\n")
            try await client.expect("354 ")
            client.send("x\r\n.\r\n")
            try await client.expect("250 2.0.0")
            let tls = try #require(sink.mails.first?.tls)
            #expect(tls == SinkTLSFacts(version: "TLSv1.3", isResumed: false, serverName: "localhost"))
        }
    }

    @Test func waitingEndsInTime() async throws {
        try await withSink { sink in
            await #expect(throws: SinkError.self) { try await sink.waitForMails(1, within: .milliseconds(10)) }
        }
    }
}
