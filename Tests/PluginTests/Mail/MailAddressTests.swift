import ArgumentParser
import Testing

@testable import kubectl_tproxy

@Suite("Addresses of test mails")
struct MailAddressTests {
    @Test(
        "Addresses are taken as they are",
        arguments: [
            "a@b", "shop+test.1@mail.example.com", "o'hara@example.com", "jörg@müller.example", "x_y-z@1.example",
        ]
    )
    func good(text: String) throws {
        #expect(try MailAddress(text).description == text)
    }

    @Test(
        "What could mean anything else is refused, on one line",
        arguments: [
            "", "a", "@", "a@", "@b", "a b@c", "a@b c", "a@b\r\nRCPT TO:<x@y>", "a\n@b", "a@b\n", "\ta@b", "<a@b>",
            "a@b>", "\"a\"@b", "a\\@b", "a@b@c", "a,b@c", "a@b,c@d", "a;b@c", "a:b@c", "(x)a@b", "a@[192.0.2.1]",
            "a..b@c", ".a@b", "a@b.", "a@b..c", "a\u{0}@b", "a\u{7F}@b", "a\u{202E}@b", "a\u{2028}@b", "a@b\u{200B}",
            "a@b SIZE=1", "a@b;c",
        ]
    )
    func bad(text: String) throws {
        let error = #expect(throws: MailAddress.Fault.self) { _ = try MailAddress(text) }
        #expect(error?.description.contains { $0.isNewline || $0 == "\u{1B}" } == false)
    }

    @Test("An address is no longer than a command may have it")
    func length() throws {
        let domain = "@example.com"
        let longest = String(repeating: "a", count: 254 - domain.count) + domain
        #expect(throws: Never.self) { try MailAddress(longest) }
        #expect(throws: MailAddress.Fault.self) { try MailAddress("a" + longest) }
    }

    @Test(
        "The command says which option is at fault",
        arguments: [
            (["--from", "a@b>", "--to", "c@d"], "--from"), (["--from", "a@b", "--to", "c@d\nx"], "--to"),
            (["--from", "a@b", "--to", "c@d", "--subject", "a\r\nBcc: x@y"], "--subject"),
            (["--from", "a@b", "--to", "c@d", "--timeout", "0"], "--timeout"),
            (["--from", "a@b", "--to", "c@d", "--system-namespace", "--all"], "--system-namespace"),
            (["--from", "a@b", "--to", "c@d", "--system-namespace=-A"], "--system-namespace"),
            (["--from", "a@b"], "--to"),
        ]
    )
    func options(arguments: [String], option: String) {
        let error = #expect(throws: (any Error).self) { _ = try SendCommand.parse(["mail"] + arguments) }
        #expect(error.map { SendCommand.fullMessage(for: $0).contains(option) } == true)
    }
}
