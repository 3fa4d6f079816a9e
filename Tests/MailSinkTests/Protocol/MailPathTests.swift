import Testing

@testable import MailSink

@Suite struct MailPathTests {
    @Test(arguments: [
        ("<a@b.example>", "a@b.example"), ("<>", ""), ("<Postmaster>", "Postmaster"),
        (#"<"a b\"c>"@d.e>"#, #""a b\"c>"@d.e"#), ("<a@[127.0.0.1]>", "a@[127.0.0.1]"),
        ("<a@[IPv6:::1]>", "a@[IPv6:::1]"), ("<@x.y,@z:a@b>", "a@b"), ("<jörg@bücher.example>", "jörg@bücher.example"),
        ("<a.b+c=d!#$%&'*/?^_`{|}~-@e-f.g>", "a.b+c=d!#$%&'*/?^_`{|}~-@e-f.g"),
    ])
    func reads(text: String, address: String) {
        var rest = Substring(text + " SIZE=1").utf8
        #expect(MailPath(consuming: &rest)?.address == address)
        #expect(String(Substring(rest)) == " SIZE=1")
    }

    @Test(arguments: [
        "a@b", "<a@b", "<a>", "<a@>", "<@b>", "<a..b@c>", "<.a@b>", "<a@b..c>", "<a@-b>", "<a b@c>", "<a@b_c>",
        #"<"a@b>"#, #"<"a"b@c>"#, "<a@[]>", "<@x>", "", "<", "<<a@b>>",
        "<" + String(repeating: "a", count: 65) + "@b>", "<a@" + String(repeating: "b.", count: 130) + "c>",
    ])
    func refuses(text: String) {
        var rest = Substring(text).utf8
        #expect(MailPath(consuming: &rest) == nil)
    }
}
