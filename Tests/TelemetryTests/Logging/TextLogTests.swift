import Logging
import Telemetry
import Testing

@Suite("Text log lines")
struct TextLogTests {
    @Test func alignsItsColumns() throws {
        let plain = try loggedLine(.text, "started", [:], level: .warning)
        #expect(plain.wholeMatch(of: /\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z WARNING  started\n/) != nil)
        let padding = String(repeating: " ", count: 33)
        let fields = try loggedLine(.text, "started", ["port": "\(25)", "host": "a b"], level: .info)
        #expect(fields.dropFirst(24) == " INFO     started\(padding) host=\"a b\" port=25\n")
    }

    @Test(
        arguments: [
            ("plain", "plain"),
            ("user@example.org", "user@example.org"),
            ("größe📮", "größe📮"),
            ("", #""""#),
            ("two words", #""two words""#),
            ("a=b", #""a=b""#),
            (#"say "x" \"#, #""say \"x\" \\""#),
            ("550 no\r\n2026-01-01T00:00:00.000Z ERROR forged", #""550 no\r\n2026-01-01T00:00:00.000Z ERROR forged""#),
            ("tab\t", #""tab\t""#),
            ("\u{1B}[2J\u{0}\u{7F}\u{9B}", #""\u{1b}[2J\u{0}\u{7f}\u{9b}""#),
            ("line\u{2028}end\u{85}", #""line\u{2028}end\u{85}""#),
            ("right\u{202E}left", #""right\u{202e}left""#),
            ("no\u{A0}break", "\"no\u{A0}break\""),
        ]
    )
    func quotesAndEscapes(value: String, text: String) throws {
        let line = try loggedLine(.text, "m", ["k": .string(value)])
        #expect(line.hasSuffix(" k=\(text)\n"), "\(line.debugDescription)")
    }

    @Test func escapesMessagesAndKeysToo() throws {
        let line = try loggedLine(.text, "a\nb", ["x y": "1"])
        #expect(line.contains(#" a\nb "#) && line.hasSuffix(" \"x y\"=1\n"))
    }

    @Test func writesNestedValuesAsJSON() throws {
        let line = try loggedLine(.text, "m", ["k": ["b": ["x", "y"], "a": .stringConvertible(1)]])
        #expect(line.hasSuffix(#" k="{\"a\":1,\"b\":[\"x\",\"y\"]}""# + "\n"))
    }
}
