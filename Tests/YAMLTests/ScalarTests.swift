import Testing
import YAML

@Suite("Scalars as Kubernetes reads them")
struct ScalarTests {
    @Test(
        arguments: [
            ("true", .bool(true)), ("True", .bool(true)), ("TRUE", .bool(true)), ("tRUE", .string("tRUE")),
            ("yes", .bool(true)), ("No", .bool(false)), ("ON", .bool(true)), ("off", .bool(false)),
            ("y", .bool(true)), ("N", .bool(false)), ("yeah", .string("yeah")),
            ("null", .null), ("~", .null), ("", .null), ("Null", .null), ("nil", .string("nil")),
            ("465", .integer(465)), ("+465", .integer(465)), ("-1", .integer(-1)), ("1_000", .integer(1000)),
            ("0465", .integer(0o465)), ("0o17", .integer(15)), ("0x1F", .integer(31)), ("-0x1F", .integer(-31)),
            ("0b101", .integer(5)), ("08", .integer(8)), ("0x", .string("0x")), ("0xg", .string("0xg")),
            ("00", .integer(0)), ("--5", .string("--5")), ("1-2", .string("1-2")),
            ("46.5", .double(46.5)), ("465.0", .integer(465)), ("1e3", .integer(1000)), (".5", .double(0.5)),
            ("1.", .integer(1)), (".", .string(".")), ("1e", .string("1e")), ("1.2.3", .string("1.2.3")),
            ("18446744073709551616", .double(18_446_744_073_709_551_616)), ("1e999", .string("1e999")),
            ("190:20", .string("190:20")), ("2026-01-02", .string("2026-01-02")), ("<name>", .string("<name>")),
            ("\"465\"", .string("465")), ("'yes'", .string("yes")), ("\"\"", .string("")),
            ("!!str 465", .string("465")), ("!!int \"465\"", .integer(465)), ("!!float 1", .integer(1)),
            ("!own 465", .string("465")), ("|-\n  465", .string("465")), ("a // b", .string("a // b")),
            ("a # b", .string("a")), ("\"\\u00e4\\x41\"", .string("äA")),
        ] as [(String, YAMLScalar.Resolved)]
    )
    func resolves(text: String, expected: YAMLScalar.Resolved) throws {
        let document = try #require(try YAML.documents(in: "key: \(text)\n").first)
        #expect(document["key"]?.scalar?.resolved == expected)
    }

    @Test(
        arguments: [
            (".inf", .number), ("-.INF", .number), (".nan", .number), ("!!int abc", .tag), ("!!bool 1", .tag),
            ("!!binary aGk=", .tag),
        ] as [(String, YAMLError.Code)]
    )
    func refuses(text: String, code: YAMLError.Code) throws {
        let error = try #require(throws: YAMLError.self) { try YAML.documents(in: "key: \(text)\n") }
        #expect(error.code == code)
        #expect(error.position == SourcePosition(line: 1, column: 6))
    }

    @Test("Keys become the texts that JSON has")
    func keys() throws {
        let document = try #require(try YAML.documents(in: "on: 1\n465: 2\n\"a b\": 3\n0x10: 4\n").first)
        guard case .mapping(let entries) = document.value else {
            Issue.record("no mapping")
            return
        }
        #expect(entries.map(\.key) == ["true", "465", "a b", "16"])
    }
}
