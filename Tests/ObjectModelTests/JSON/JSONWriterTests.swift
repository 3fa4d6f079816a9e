import ObjectModel
import TestSupport
import Testing

@Suite("JSONWriter")
struct JSONWriterTests {
    @Test(
        "Values",
        arguments: [
            (.null, "null"), (.bool(true), "true"), (.bool(false), "false"), (.integer(0), "0"),
            (.integer(.min), "-9223372036854775808"), (.integer(.max), "9223372036854775807"),
            (.double(1), "1.0"), (.double(-0.0), "-0.0"), (.double(1e20), "1e+20"), (.double(0.1), "0.1"),
            (.double(.leastNonzeroMagnitude), "5e-324"), (.double(.nan), "null"), (.double(-.infinity), "null"),
            (.string(""), #""""#), (.string("a\"b\\c/"), #""a\"b\\c/""#),
            (.string("\u{8}\t\n\u{c}\r\u{0}\u{1f}\u{7f}"), "\"\\b\\t\\n\\f\\r\\u0000\\u001f\u{7f}\""),
            (.string("ä😀\u{2028}"), "\"ä😀\u{2028}\""), (.array([]), "[]"), (.object([:]), "{}"),
            (.array([.integer(1), .array([.null])]), "[1,[null]]"),
            (
                .object(["b": .integer(1), "a": .integer(2), "ä": .integer(3), "\"": .integer(4), "": .integer(5)]),
                #"{"":5,"\"":4,"a":2,"b":1,"ä":3}"#
            ),
        ] as [(ObjectValue, String)]
    )
    func values(value: ObjectValue, text: String) {
        #expect(String(decoding: value.json(), as: UTF8.self) == text)
    }

    @Test("A text that doesn't lie in one piece is written like any other")
    func otherRepresentations() {
        let slice = "xx a\nb ü".dropFirst(3)
        #expect(String(decoding: ObjectValue.string(String(slice)).json(), as: UTF8.self) == #""a\nb ü""#)
    }

    @Test("What is written is read back the same", arguments: 0..<300 as Range<UInt64>)
    func roundTrip(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        let value = Self.tree(depth: 4, using: &generator)
        let text = value.json()
        let read = try JSONReader.document(text).value
        #expect(read == value)
        #expect(read.json() == text)
    }

    private static func tree(depth: Int, using generator: inout SeededGenerator) -> ObjectValue {
        switch Int.random(in: 0..<(depth > 0 ? 8 : 6), using: &generator) {
        case 0: return .null
        case 1: return .bool(.random(using: &generator))
        case 2: return .integer(Int(truncatingIfNeeded: generator.next() as UInt64))
        case 3: return .integer(Int.random(in: -10...10, using: &generator))
        case 4:
            let double = Double(bitPattern: generator.next())
            return .double(double.isFinite ? double : 0.5)
        case 5: return .string(text(using: &generator))
        case 6:
            let count = Int.random(in: 0...6, using: &generator)
            return .array((0..<count).map { _ in tree(depth: depth - 1, using: &generator) })
        default:
            var members: [String: ObjectValue] = [:]
            for _ in 0..<Int.random(in: 0...6, using: &generator) {
                members[text(using: &generator)] = tree(depth: depth - 1, using: &generator)
            }
            return .object(members)
        }
    }

    /// Plain letters, quotes, controls and scalars from everywhere.
    private static func text(using generator: inout SeededGenerator) -> String {
        var text = ""
        for _ in 0..<Int.random(in: 0...12, using: &generator) {
            let limit: UInt32 = [0x20, 0x7F, 0x7F, 0x800, 0x11_0000].randomElement(using: &generator) ?? 0x7F
            if let scalar = Unicode.Scalar(UInt32.random(in: 0..<limit, using: &generator)) {
                text.unicodeScalars.append(scalar)
            }
        }
        return text
    }
}
