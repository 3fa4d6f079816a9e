import NIOCore
import Testing

@testable import SMTP

@Suite("Message text")
struct ContentDecoderTests {
    struct Case: CustomTestStringConvertible {
        var input: String
        var output = ""
        var progress = ContentDecoder.Progress.end
        var refusal: ContentRefusal?
        var rest = ""
        var discipline = LineDiscipline.crlf

        var testDescription: String { "\(discipline) \(input.debugDescription)" }
    }

    @Test(
        "Tables, whole and octet by octet",
        arguments: [
            // The end, and what isn't.
            Case(input: ".\r\n"),
            Case(input: "\r\n.\r\n", output: "\r\n"),
            Case(input: "a\r\n.\r\n", output: "a\r\n"),
            Case(input: "a\r\n.\r\nQUIT\r\n", output: "a\r\n", rest: "QUIT\r\n"),
            Case(input: "a\r\n.\r\nNOOP \u{0}\r\n", output: "a\r\n", rest: "NOOP \u{0}\r\n"),
            Case(input: "a.\r\n.\r\n", output: "a.\r\n"),
            Case(input: "a\r\n.", output: "a\r\n", progress: .more, rest: "."),
            Case(input: "a\r\n.\r", output: "a\r\n", progress: .more, rest: ".\r"),
            Case(input: "a\r\n", output: "a\r\n", progress: .more),
            Case(input: "a\r", output: "a", progress: .more, rest: "\r"),
            Case(input: "", progress: .more),
            // Dots.
            Case(input: "..\r\n.\r\n", output: "..\r\n"),
            Case(input: "..a\r\n...\r\n.\r\n", output: "..a\r\n...\r\n"),
            Case(input: ".a\r\n.\r\n", output: "a\r\n"),
            Case(input: "x\r\n.a\r\n..b\r\n.\r\n", output: "x\r\na\r\n..b\r\n"),
            Case(input: "a..b.\r\n.\r\n", output: "a..b.\r\n"),
            // Bare LF of a CRLF client.
            Case(input: "a\nb\r\n.\r\n", output: "a\r\nb\r\n"),
            Case(input: "\n\n\r\n.\r\n", output: "\r\n\r\n\r\n"),
            Case(input: "a\n.b\r\n.\r\n", output: "a\r\n..b\r\n"),
            Case(input: "a\n..b\r\n.\r\n", output: "a\r\n...b\r\n"),
            // Every ambiguous end.
            Case(input: "a\n.\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\n"),
            Case(input: "a\n.\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\r\n"),
            Case(input: "a\r\n.\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\n"),
            Case(input: ".\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\n"),
            Case(
                input: "a\r\n.\nMAIL FROM:<b>",
                progress: .ambiguous,
                refusal: .ambiguousEnd,
                rest: ".\nMAIL FROM:<b>"
            ),
            Case(input: "a\r\n.\rb\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\r.\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\r.\rb\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\n.\rb\r\n.\r\n", refusal: .bareCarriageReturn),
            // CRs in front of a CRLF are dropped.
            Case(input: "a\r\r\n.\r\n", output: "a\r\n"),
            Case(input: "a\r\r\r\r\nb\r\r\n\r\r\nc\r\n.\r\n", output: "a\r\nb\r\n\r\nc\r\n"),
            Case(input: "\r\r\n.\r\nQUIT\r\n", output: "\r\n", rest: "QUIT\r\n"),
            Case(input: "a\r\r\n..b\r\r\n.c\r\n.\r\n", output: "a\r\n..b\r\nc\r\n"),
            Case(input: "a\n\r\r\n.\r\n", output: "a\r\n\r\n"),
            Case(input: "a\r\r", output: "a", progress: .more),
            Case(input: "\r\r", progress: .more),
            Case(input: "a\r\rb\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\r\r.\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\r\r\u{0}\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\rb\r\r\n.\r\n", refusal: .bareCarriageReturn),
            // But never so that they leave an end behind that wasn't there.
            Case(input: ".\r\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: "\n"),
            Case(input: "a\r\n.\r\r\nQUIT\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: "\nQUIT\r\n"),
            Case(input: "a\r\r\n.\r\r\n.\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: "\n.\r\n"),
            Case(input: "a\n.\r\r\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: "\n"),
            Case(input: "a\u{0}\r\n.\r\r\n", progress: .ambiguous, refusal: .nul, rest: "\n"),
            Case(input: ".\r\r", progress: .more),
            Case(input: ".\r\rb\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "..\r\r\n.\r\n", output: "..\r\n"),
            // NUL.
            Case(input: "a\u{0}b\r\n.\r\n", refusal: .nul),
            Case(input: "\u{0}", progress: .more, refusal: .nul),
            Case(input: "a\r\u{0}\r\n.\r\n", refusal: .bareCarriageReturn),
            Case(input: "a\u{0}\r\u{0}\r\n.\r\n", refusal: .nul),
            // LF clients.
            Case(input: ".\n", discipline: .lf),
            Case(input: "a\n.\n", output: "a\r\n", discipline: .lf),
            Case(input: "a\n\n.\nQUIT\n", output: "a\r\n\r\n", rest: "QUIT\n", discipline: .lf),
            Case(input: "..a\n.b\n.\n", output: "..a\r\nb\r\n", discipline: .lf),
            Case(input: "a\n.\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\r\n", discipline: .lf),
            Case(input: "a\r\n.\n", progress: .ambiguous, refusal: .bareCarriageReturn, rest: ".\n", discipline: .lf),
            Case(
                input: "a\r\n.\r\n",
                progress: .ambiguous,
                refusal: .bareCarriageReturn,
                rest: ".\r\n",
                discipline: .lf
            ),
            Case(input: "a\rb\n.\n", progress: .ambiguous, refusal: .bareCarriageReturn, rest: ".\n", discipline: .lf),
            Case(input: "a\r\r\n.\n", progress: .ambiguous, refusal: .bareCarriageReturn, rest: ".\n", discipline: .lf),
            Case(input: "a\n.\r\r\n", progress: .ambiguous, refusal: .ambiguousEnd, rest: ".\r\r\n", discipline: .lf),
            // Eight bits pass untouched, valid UTF-8 or not.
            Case(input: "gr\u{FC}n \u{7F}\u{1}\t\r\n.\r\n", output: "gr\u{FC}n \u{7F}\u{1}\t\r\n"),
        ]
    )
    func table(testCase: Case) {
        let octets = Array(testCase.input.utf8)
        let whole = DecodedContent([octets], discipline: testCase.discipline)
        #expect(whole.progress == testCase.progress)
        #expect(whole.refusal == testCase.refusal)
        #expect(String(decoding: whole.rest, as: UTF8.self) == testCase.rest)
        if testCase.refusal == nil {
            #expect(String(decoding: whole.output, as: UTF8.self) == testCase.output)
        } else {
            #expect(whole.output.isEmpty, "nothing is passed on with the stretch that is refused")
        }
        let single = DecodedContent(octets.map { [$0] }, discipline: testCase.discipline)
        #expect(single.progress == whole.progress)
        #expect(single.refusal == whole.refusal)
        #expect(single.rest == whole.rest)
        if testCase.refusal == nil { #expect(single == whole) }
    }

    @Test(
        "A line may have so many octets, its end included and the stuffed dot not",
        arguments: [
            ("12345678\r\n.\r\n", nil), ("123456789\r\n.\r\n", 10), ("12345678\n.x\r\n.\r\n", nil),
            ("123456789\nx\r\n.\r\n", 10), ("..2345678\r\n.\r\n", nil), ("..23456789\r\n.\r\n", 10),
            (".12345678\r\n.\r\n", nil), (".123456789\r\n.\r\n", 10), ("12345678\r\n12345678\r\n.\r\n", nil),
            ("12345678901", 10), ("12345678\r\r\r\n.\r\n", nil), ("123456789\r\r\n.\r\n", 10),
        ] as [(String, Int?)]
    )
    func lineLimit(input: String, limit: Int?) {
        let refusal = limit.map { ContentRefusal.lineTooLong(limit: $0) }
        let octets = Array(input.utf8)
        #expect(DecodedContent([octets], discipline: .crlf, lineLimit: 10).refusal == refusal)
        #expect(DecodedContent(octets.map { [$0] }, discipline: .crlf, lineLimit: 10).refusal == refusal)
        #expect(DecodedContent([octets], discipline: .crlf).refusal == nil)
    }

    @Test(
        "A message may have so many octets, as they reach the reader",
        arguments: [
            ("12345678\r\n.\r\n", false), ("123456789\r\n.\r\n", true), ("..1234567\r\n.\r\n", false),
            (".12345678\r\n.\r\n", false), ("12\n4567\r\n.\r\n", false), ("12\n45678\r\n.\r\n", true),
            ("1234567890.\r\n", true), ("12345678\r\r\r\n.\r\n", false), ("123456789\r\r\n.\r\n", true),
        ]
    )
    func sizeLimit(input: String, isTooLarge: Bool) {
        let refusal: ContentRefusal? = isTooLarge ? .tooLarge(limit: 10) : nil
        let octets = Array(input.utf8)
        #expect(DecodedContent([octets], discipline: .crlf, sizeLimit: 10).refusal == refusal)
        #expect(DecodedContent(octets.map { [$0] }, discipline: .crlf, sizeLimit: 10).refusal == refusal)
    }

    @Test("A message as the RFC wants it is passed on without a copy")
    func noCopy() {
        let buffer = ByteBuffer(string: "one\r\n..two\r\nthree\r\n.\r\nQUIT\r\n")
        var input = buffer
        var decoder = ContentDecoder(discipline: .crlf)
        var output: ByteBuffer?
        #expect(decoder.decode(&input, output: &output) == .end)
        #expect(output == buffer.getSlice(at: 0, length: 19))
        let before = buffer.withUnsafeReadableBytes { $0.baseAddress }
        let after = output?.withUnsafeReadableBytes { $0.baseAddress }
        #expect(before == after)
        #expect(decoder.size == 18)
    }

    @Test("A line of any length, or a run of CRs, is passed on as it comes: nothing of it is kept")
    func endlessLine() {
        for octet in [UInt8(ascii: "x"), UInt8(ascii: "\r")] {
            var decoder = ContentDecoder(discipline: .crlf)
            var input = ByteBuffer()
            var passed = 0
            for _ in 0..<200 {
                input.writeRepeatingByte(octet, count: 50_000)
                var output: ByteBuffer?
                #expect(decoder.decode(&input, output: &output) == .more)
                #expect(input.readableBytes == 0)
                passed += output?.readableBytes ?? 0
            }
            #expect(passed == (octet == UInt8(ascii: "x") ? 10_000_000 : 0))
            input.writeString("\r\n.\r\n")
            var output: ByteBuffer?
            #expect(decoder.decode(&input, output: &output) == .end)
            #expect(output == ByteBuffer(string: "\r\n"))
            #expect(decoder.refusal == nil)
        }
    }
}
