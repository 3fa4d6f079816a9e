import ObjectModel
import Testing
import YAML

@Suite("JSONReader")
struct JSONReaderTests {
    @Test(
        "Values",
        arguments: [
            ("null", .null), (" true ", .bool(true)), ("false\n", .bool(false)), ("0", .integer(0)),
            ("-0", .integer(0)), ("-12", .integer(-12)), ("1.5", .double(1.5)), ("1e2", .double(100)),
            ("1E+2", .double(100)), ("25e-1", .double(2.5)), ("9223372036854775807", .integer(.max)),
            ("9223372036854775808", .double(9.223372036854775808e18)), ("\"\"", .string("")),
            (#""\"\\\/\b\f\n\r\t\u00e4\uD83D\uDE00""#, .string("\"\\/\u{8}\u{c}\n\r\tä😀")),
            ("\"ä😀\"", .string("ä😀")), ("[]", .array([])), ("[1, [2]]", .array([.integer(1), .array([.integer(2)])])),
            ("{}", .object([:])), ("{\"a\" : {\"b\":null}}", .object(["a": .object(["b": .null])])),
            ("\u{FEFF}1", .integer(1)),
        ] as [(String, ObjectValue)]
    )
    func values(text: String, value: ObjectValue) throws {
        #expect(try JSONReader.document(text).value == value)
    }

    @Test(
        "Faults and their places",
        arguments: [
            ("", .syntax, "1:1"), ("nul", .syntax, "1:1"), ("1 2", .syntax, "1:3"), ("[1,]", .syntax, "1:4"),
            ("[1 2]", .syntax, "1:4"), ("{\"a\" 1}", .syntax, "1:6"), ("{a: 1}", .syntax, "1:2"),
            ("{\"a\": 1,\n  }", .syntax, "2:3"), ("{\"ä\": 1, \"b\": x}", .syntax, "1:15"), ("\"abc", .syntax, "1:1"),
            ("\"a\nb\"", .syntax, "1:3"), ("<name>", .syntax, "1:1"), ("01", .syntax, "1:2"), ("-", .number, "1:2"),
            ("1.", .number, "1:3"), ("1e", .number, "1:3"), ("+1", .syntax, "1:1"), (".5", .syntax, "1:1"),
            ("1e999", .number, "1:1"), ("\"\\x\"", .escape, "1:2"), ("\"\\u12\"", .escape, "1:2"),
            (#""\uD83D""#, .escape, "1:2"), (#""\uDE00""#, .escape, "1:2"), (#""\uD83D\u0041""#, .escape, "1:2"),
            ("{\"a\": 1,\n \"a\": 2}", .duplicateKey, "2:2"), ("[", .syntax, "1:2"), ("{\"a\":", .syntax, "1:6"),
        ] as [(String, JSONError.Code, String)]
    )
    func faults(text: String, code: JSONError.Code, place: String) throws {
        let error = try #require(throws: JSONError.self) { try JSONReader.document(text) }
        #expect(error.code == code)
        #expect(error.position.description == place)
    }

    @Test("Octets that are no UTF-8")
    func encoding() throws {
        let error = try #require(throws: JSONError.self) { try JSONReader.document([0x22, 0xFF, 0x22]) }
        #expect(error.code == .encoding)
    }

    @Test("Limits")
    func limits() throws {
        let deep = String(repeating: "[", count: 100_000)
        #expect(try #require(throws: JSONError.self) { try JSONReader.document(deep) }.code == .depth)
        var options = JSONReader.Options()
        options.maximumCount = 3
        #expect(try JSONReader.document("[1,2]", options: options).value == .array([.integer(1), .integer(2)]))
        #expect(
            try #require(throws: JSONError.self) { try JSONReader.document("[1,2,3]", options: options) }.code == .size
        )
        options.maximumLength = 4
        #expect(
            try #require(throws: JSONError.self) { try JSONReader.document("[1,2]", options: options) }.code == .size
        )
    }

    @Test("Places of keys and values")
    func places() throws {
        let positions = try JSONReader.document("{\n  \"a\": [1,\n    {\"b\": 2}]}").positions
        let path = FieldPath("a").item(1).member("b")
        #expect(positions.key(at: path)?.description == "3:6")
        #expect(positions.value(at: path)?.description == "3:11")
        #expect(positions.nearest(to: FieldPath("a", "x"))?.description == "2:3")
        #expect(positions.nearest(to: FieldPath("x"))?.description == "1:1")
        var options = JSONReader.Options()
        options.keepsPositions = false
        #expect(try JSONReader.document("[1]", options: options).positions == SourceMap())
    }

    @Test("an array is read up to its permitted items, and nothing behind them is")
    func arrayPrefix() throws {
        for (text, isComplete) in [("[1,2]", true), ("[1,2,3]", false), ("[1,2,garbage", false)] {
            let read = try JSONReader.array(text, maximumItems: 2)
            #expect(read.value == .array([.integer(1), .integer(2)]) && read.isComplete == isComplete)
        }
        #expect(try JSONReader.array("[[1,2,3]]", maximumItems: 2).isComplete)
        #expect(try JSONReader.array("{}", maximumItems: 2).value == .object([:]))
        #expect(throws: JSONError.self) { try JSONReader.array("[1,2 3", maximumItems: 2) }
    }
}
