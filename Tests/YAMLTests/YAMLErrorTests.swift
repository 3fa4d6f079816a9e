import Testing
import YAML

@Suite("Faults in YAML and their places")
struct YAMLErrorTests {
    @Test(
        arguments: [
            ("a: 1\nb: 2\na: 3\n", .duplicateKey, "3:1"),
            ("1: a\n\"1\": b\n", .duplicateKey, "2:1"),
            ("a:\n\tb: 1\n", .tab, "2:1"),
            ("a:\n  b:\n  \t- 1\n", .tab, "3:3"),
            ("a: b: c\n", .syntax, "1:5"),
            ("a: 1\n  b: 2\n", .syntax, "2:4"),
            ("a:\n  b: 1\n c: 2\n", .syntax, "3:2"),
            ("a: [1, 2\nb: 3\n", .syntax, "2:2"),
            ("a: \"x\nb: 1\n", .syntax, "1:4"),
            ("a: \"\\q\"\n", .syntax, "1:5"),
            ("a: @x\n", .syntax, "1:4"),
            ("a: - b\n", .syntax, "1:4"),
            ("a: *x\n", .alias, "1:4"),
            ("a: &x [*x]\n", .alias, "1:8"),
            ("a: &x 1\n---\nb: *x\n", .alias, "3:4"),
            ("[a]: 1\n", .key, "1:1"),
            ("~: 1\n", .key, "1:1"),
            ("? {a: 1}\n: 1\n", .key, "1:3"),
            ("<<: 1\n", .merge, "1:5"),
            ("<<: [1]\n", .merge, "1:6"),
            ("<<: {a: 1}\n<<: {b: 1}\n", .merge, "2:1"),
            ("x: &x {p: 1}\ny:\n  p: 2\n  <<: *x\n", .merge, "4:3"),
            ("a: b\nword\n", .syntax, "2:1"),
            ("a: \u{7}\n", .encoding, "1:4"),
        ] as [(String, YAMLError.Code, String)]
    )
    func faults(text: String, code: YAMLError.Code, place: String) throws {
        let error = try #require(throws: YAMLError.self) { try YAML.documents(in: text, file: "f.yaml") }
        #expect(error.code == code)
        #expect(error.position.description == place, "\(error)")
        #expect(error.description.hasPrefix("f.yaml:\(place): "))
        let lines = text.split(separator: "\n", omittingEmptySubsequences: false).map(String.init)
        #expect(error.sourceLine == lines[error.position.line - 1])
    }

    @Test("Octets that are no UTF-8 text")
    func encoding() throws {
        for octets in [Array("a: 1\nä: ".utf8) + [0xFF, 0x0A], Array("a: 1\nä: ".utf8) + [0xC3]] {
            let error = try #require(throws: YAMLError.self) { try YAML.documents(in: octets) }
            #expect(error.code == .encoding)
            #expect(error.position.description == "2:4")
        }
        let utf16: [UInt8] = [0xFF, 0xFE, 0x61, 0x00]
        #expect(try #require(throws: YAMLError.self) { try YAML.documents(in: utf16) }.code == .encoding)
    }

    @Test("A bomb of aliases is refused before it grows")
    func bomb() throws {
        var text = "a0: &a0 [1, 1, 1, 1, 1, 1, 1, 1, 1]\n"
        for level in 1...12 {
            let items = Array(repeating: "*a\(level - 1)", count: 9).joined(separator: ", ")
            text += "a\(level): &a\(level) [\(items)]\n"
        }
        #expect(try #require(throws: YAMLError.self) { try YAML.documents(in: text) }.code == .size)
    }

    @Test("Aliases don't hide depth")
    func aliasDepth() throws {
        var text = "a0: &a0 [1]\n"
        for level in 1...70 { text += "a\(level): &a\(level) [*a\(level - 1)]\n" }
        #expect(try #require(throws: YAMLError.self) { try YAML.documents(in: text) }.code == .depth)
    }

    @Test("A flood of directives is refused before libyaml compares each with all others")
    func directives() throws {
        let text = (0..<100_000).map { "%TAG !a\($0)! b\n" }.joined() + "---\na: 1\n"
        #expect(try #require(throws: YAMLError.self) { try YAML.documents(in: text) }.code == .size)
        #expect(try YAML.documents(in: "%YAML 1.1\n%TAG !a! b\n---\na: 1\n").count == 1)
    }

    @Test("Line ends are counted as libyaml counts them", arguments: ["\n", "\r", "\r\n", "\u{85}", "\u{2028}"])
    func lineEnds(end: String) throws {
        let text = ["a: 1", "b: 2", "a: ä"].joined(separator: end)
        let error = try #require(throws: YAMLError.self) { try YAML.documents(in: text) }
        #expect(error.position == SourcePosition(line: 3, column: 1))
        #expect(error.sourceLine == "a: ä")
        let broken = try #require(throws: YAMLError.self) { try YAML.documents(in: text + end + "ä: \u{7}") }
        #expect(broken.position == SourcePosition(line: 4, column: 4))
    }

    @Test("Limits on depth, nodes and length")
    func limits() throws {
        let deep = String(repeating: "[", count: 10_000)
        #expect(try #require(throws: YAMLError.self) { try YAML.documents(in: deep) }.code == .depth)
        var limits = YAML.Limits()
        limits.maximumNodes = 5
        limits.maximumDepth = 2
        #expect(try YAML.documents(in: "a: [1, 2]", limits: limits).count == 1)
        let nodes = try #require(throws: YAMLError.self) { try YAML.documents(in: "a: [1, 2, 3]", limits: limits) }
        #expect(nodes.code == .size)
        let depth = try #require(throws: YAMLError.self) { try YAML.documents(in: "a: [[1]]", limits: limits) }
        #expect(depth.code == .depth)
        limits.maximumLength = 3
        let length = try #require(throws: YAMLError.self) { try YAML.documents(in: "a: b", limits: limits) }
        #expect(length.code == .size)
    }
}
