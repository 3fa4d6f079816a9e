import TestSupport
import Testing

@testable import SMTP

@Suite("Message text, however it is cut")
struct ContentDecoderSplitTests {
    /// What smugglers write with, and a little text.
    private static let words = [
        "\r\n", "\r\n", "\n", "\r", ".", ".", "..", "a", "bc", "\r\n.\r\n", "\n.\n", "\u{0}", "long line of text",
        "\r\r\n", "\r\r\r", ".\r\r\n",
    ]

    private static func message(_ random: inout SeededGenerator) -> [UInt8] {
        // Without NUL and CR in most cases, or else all of them are refused.
        let kinds = [
            [0, 1, 4, 6, 7, 8, 12], [0, 1, 2, 4, 5, 6, 7], [2, 2, 4, 6, 7], [0, 1, 6, 7, 12, 13, 13],
            [0, 4, 7, 13, 14, 15], Array(words.indices),
        ]
        let kind = kinds.randomElement(using: &random) ?? []
        var text = ""
        for _ in 0..<Int.random(in: 0...14, using: &random) {
            text += words[kind.randomElement(using: &random) ?? 0]
        }
        if Bool.random(using: &random) { text += "\r\n.\r\nRSET\r\n" }
        return Array(text.utf8)
    }

    private static func cut(_ octets: [UInt8], _ random: inout SeededGenerator) -> [[UInt8]] {
        var stretches: [[UInt8]] = []
        var rest = octets[...]
        let longest = Int.random(in: 1...8, using: &random)
        while !rest.isEmpty {
            let length = Int.random(in: 0...longest, using: &random)
            stretches.append(Array(rest.prefix(length)))
            rest = rest.dropFirst(length)
        }
        return stretches
    }

    @Test("The same as the reference, whole or in pieces", arguments: [UInt64(1), 2, 3, 4])
    func equalsReference(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        var ends = 0
        for _ in 0..<3000 {
            let octets = Self.message(&random)
            let discipline: LineDiscipline = Int.random(in: 0..<3, using: &random) == 0 ? .lf : .crlf
            let lineLimit = [0, 0, 6, 20].randomElement(using: &random) ?? 0
            let sizeLimit = [0, 0, 15].randomElement(using: &random) ?? 0
            let reference = ReferenceDecoder(
                octets,
                discipline: discipline,
                lineLimit: lineLimit,
                sizeLimit: sizeLimit
            )
            for stretches in [[octets], Self.cut(octets, &random), Self.cut(octets, &random)] {
                let decoded = DecodedContent(
                    stretches,
                    discipline: discipline,
                    lineLimit: lineLimit,
                    sizeLimit: sizeLimit
                )
                let text =
                    "\(discipline) \(lineLimit) \(sizeLimit) \(stretches.map { String(decoding: $0, as: UTF8.self) })"
                #expect("\(decoded.progress)" == "\(reference.end)", "\(text)")
                #expect(decoded.refusal == reference.refusal, "\(text)")
                #expect(decoded.rest == Array(octets[reference.read...]), "\(text)")
                if reference.refusal == nil {
                    #expect(decoded.output == reference.output, "\(text)")
                    #expect(decoded.size == reference.size, "\(text)")
                } else {
                    #expect(reference.output.starts(with: decoded.output), "\(text)")
                }
                if reference.refusal == nil, reference.end == .end { ends += 1 }
                guard decoded.refusal == reference.refusal, decoded.progress == reference.progress else { return }
            }
        }
        #expect(ends > 300, "the generator makes messages that pass")
    }

    @Test("What goes out has no line end but CRLF and no end of data", arguments: [UInt64(11), 12])
    func outputIsClean(seed: UInt64) {
        var random = SeededGenerator(seed: seed)
        for _ in 0..<3000 {
            let octets = Self.message(&random)
            let discipline: LineDiscipline = Bool.random(using: &random) ? .lf : .crlf
            let decoded = DecodedContent(Self.cut(octets, &random), discipline: discipline)
            guard decoded.refusal == nil else { continue }
            // Read by the strictest and by the laxest of servers, it never ends before our own dot.
            let text = String(decoding: [0x0D, 0x0A] + decoded.output, as: UTF8.self).unicodeScalars
            let lines = text.split(omittingEmptySubsequences: false) { $0 == "\n" || $0 == "\r" }
            #expect(!lines.contains { String($0) == "." })
            if decoded.progress == .end {
                #expect(decoded.output.isEmpty || decoded.output.suffix(2) == [0x0D, 0x0A])
            }
        }
    }
}

extension ReferenceDecoder {
    fileprivate var progress: ContentDecoder.Progress {
        switch end {
        case .more: .more
        case .end: .end
        case .ambiguous: .ambiguous
        }
    }
}
