import Foundation
import Logging
import Telemetry
import Testing

@Suite("JSON log lines")
struct JSONLogTests {
    private static func object(_ line: String) throws -> [String: Any] {
        let value = try JSONSerialization.jsonObject(with: Data(line.utf8))
        return try #require(value as? [String: Any])
    }

    @Test func putsItsOwnKeysFirstAndMetadataBesideThem() throws {
        let line = try loggedLine(.json, "started", ["port": .stringConvertible(25), "host": "x"], level: .notice)
        let expected = /\{"time":"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z",(.*)\}\n/
        let match = try #require(line.wholeMatch(of: expected))
        #expect(match.1 == #""level":"notice","logger":"relay","message":"started","host":"x","port":25"#)
    }

    @Test(
        arguments: [
            "", "plain", #"quote " backslash \ slash /"#, "\r\n\t\u{0}\u{1}\u{1F}\u{7F}\u{80}\u{9F}",
            "größe 📮 \u{2028}", "\u{202E}\u{2066}\u{200B}\u{FEFF}\u{2029}\u{E0001}\u{1F4EE}",
            "\u{301}combining", #"","level":"error"#, "\u{FFFF}\u{10FFFF}",
        ]
    )
    func keepsAnyText(text: String) throws {
        let line = try loggedLine(.json, "\(text)", ["k": .string(text), text: "v"])
        #expect(line.utf8.filter { $0 < 0x20 } == [UInt8(ascii: "\n")])
        let object = try Self.object(line)
        #expect(object["message"] as? String == text)
        #expect(object["k"] as? String == text)
        #expect(object[text] as? String == "v")
    }

    @Test("format characters and line separators are escaped")
    func escapesFormatCharacters() throws {
        let line = try loggedLine(.json, "m", ["k": "a\u{202E}b\u{2028}c\u{E0001}\u{9B}é"])
        #expect(line.hasSuffix(#""k":"a\u202eb\u2028c\udb40\udc01\u009bé"}"# + "\n"))
    }

    @Test(arguments: ["time", "level", "logger", "message"])
    func keepsItsOwnKeysToItself(key: String) throws {
        let object = try Self.object(try loggedLine(.json, "m", [key: "forged"]))
        #expect(object[key] as? String != "forged")
        #expect(object["metadata.\(key)"] as? String == "forged")
    }

    @Test func nests() throws {
        let values: Logger.Metadata = ["d": ["b": [], "a": ["x", .stringConvertible(true)]], "e": [:]]
        let line = try loggedLine(.json, "m", values)
        #expect(line.hasSuffix(#""d":{"a":["x",true],"b":[]},"e":{}}"# + "\n"))
        _ = try Self.object(line)
    }

    @Test func writesIntegersAsNumbersAndTheRestAsText() throws {
        let line = try loggedLine(
            .json,
            "m",
            ["a": .stringConvertible(UInt64.max), "b": .stringConvertible(Double.nan), "c": .stringConvertible(-1)]
        )
        #expect(line.hasSuffix(#""a":18446744073709551615,"b":"nan","c":-1}"# + "\n"))
    }
}
