import FoundationEssentials
import Testing

@testable import kubectl_tproxy

@Suite("The test mail")
struct TestMailTests {
    private func lines(subject: String, route: String = "shop/mail") throws -> [String] {
        TestMail(from: try MailAddress("a@b.c"), to: try MailAddress("d@e.f"), subject: subject, route: route).lines
    }

    @Test("Its subject is plain where it can be")
    func plain() throws {
        #expect(try lines(subject: "Hello there").contains("Subject: Hello there"))
    }

    @Test(
        "Any other subject is encoded, in words that aren't too long",
        arguments: [
            "Grüße", "=?utf-8?Q?x?=", String(repeating: "ä", count: 240), String(repeating: "x", count: 450), "📧",
        ]
    )
    func encoded(subject: String) throws {
        let lines = try lines(subject: subject)
        let start = try #require(lines.firstIndex { $0.hasPrefix("Subject: ") })
        let words =
            [lines[start].dropFirst("Subject:".count)]
            + lines[(start + 1)...].prefix { $0.hasPrefix(" ") }[...]
            .map { $0[...] }
        var text = Data()
        for word in words {
            #expect(word.utf8.count <= 76)
            let encoded = word.dropFirst(" =?utf-8?B?".count).dropLast(2)
            let octets = try #require(Data(base64Encoded: String(encoded)))
            #expect(String(validating: octets, as: UTF8.self) != nil)
            text += octets
        }
        #expect(String(decoding: text, as: UTF8.self) == subject)
    }

    @Test("No line has a line end or begins with a dot, whatever the Destination is called")
    func lineEnds() throws {
        for line in try lines(subject: "x", route: "shop/mail\r\n.\r\nMAIL FROM:<x>") {
            #expect(!line.contains { $0.isNewline } && !line.hasPrefix("."))
        }
    }
}
