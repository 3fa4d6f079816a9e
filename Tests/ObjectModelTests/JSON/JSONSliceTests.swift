import ObjectModel
import TestSupport
import Testing

@Suite("JSONSlice")
struct JSONSliceTests {
    private func text(_ slice: JSONSlice?) -> String? {
        slice.map { String(decoding: $0.octets, as: UTF8.self) }
    }

    @Test("Members are found where they stand, whatever stands around them")
    func members() throws {
        let object = #" { "a" : [1,{"b":"]}"}] ,"b":"x\"y\\","c":-1.5e3 , "d":{"b":0},"b":2}"#
        let found = try #require(JSONSlice(Array(object.utf8)).members(["a", "b", "c", "d", "e"]))
        #expect(
            found.mapValues(text) == [
                "a": #"[1,{"b":"]}"}]"#, "b": #""x\"y\\""#, "c": "-1.5e3", "d": #"{"b":0}"#,
            ]
        )
        #expect(text(found["d"]?.members(["b"])?["b"]) == "0")
        #expect(JSONSlice(Array("{ }".utf8)).members(["a"])?.isEmpty == true)
    }

    @Test("Items are found where they stand")
    func items() throws {
        let items = try #require(JSONSlice(Array(#" [ 1 ,"a,]",[[],{}] , {"x":[1]},null]  "#.utf8)).items())
        #expect(items.map(text) == ["1", #""a,]""#, "[[],{}]", #"{"x":[1]}"#, "null"])
        #expect(JSONSlice(Array("[]".utf8)).items()?.isEmpty == true)
    }

    @Test(
        "What isn't whole is nothing",
        arguments: [
            "", " ", "{", "[", "{}}", "[]]", "[1", "[1,", "[1,]", "[,1]", "[1 2]", #"{"a"}"#, #"{"a":}"#, #"{"a":1,}"#,
            #"{"a":1"#, #"{"a":"1}"#, #"{"a":"\"#, "{a:1}", "1", "null", #""x""#, "<html>", #"{"a":[1,{}"#, #"["\"#,
        ]
    )
    func broken(text: String) {
        #expect(JSONSlice(Array(text.utf8)).members(["a"]) == nil)
        #expect(JSONSlice(Array(text.utf8)).items() == nil)
    }

    @Test("Nesting takes no stack")
    func depth() throws {
        let deep = String(repeating: "[", count: 1_000_000) + String(repeating: "]", count: 1_000_000)
        let members = JSONSlice(Array("{\"a\":\(deep),\"b\":7}".utf8)).members(["b"])
        #expect(text(members?["b"]) == "7")
    }

    @Test("It finds what the reader reads, in texts of any kind", arguments: 0..<300 as Range<UInt64>)
    func model(seed: UInt64) throws {
        var generator = SeededGenerator(seed: seed)
        var octets = Self.value(depth: 0, &generator).json()
        if seed % 2 == 1 {
            octets[Int.random(in: 0..<octets.count, using: &generator)] = UInt8.random(
                in: 0x20...0x7E,
                using: &generator
            )
        }
        guard let value = try? JSONReader.document(octets).value else {
            // It may find parts of what the reader refuses, and comes back in any case.
            _ = JSONSlice(octets).items()
            _ = JSONSlice(octets).members(["a", "b"])
            return
        }
        let members = JSONSlice(octets).members(["a", "b"])
        #expect((members == nil) == (value.objectValue == nil))
        for name in ["a", "b"] {
            #expect(try members?[name].map { try JSONReader.document($0.octets).value } == value[name])
        }
        let items = try JSONSlice(octets).items()?.map { try JSONReader.document($0.octets).value }
        #expect(items == value.arrayValue)
    }

    private static func value(depth: Int, _ generator: inout SeededGenerator) -> ObjectValue {
        switch Int.random(in: depth > 4 ? 2..<6 : 0..<6, using: &generator) {
        case 0:
            .object(["a": value(depth: depth + 1, &generator), "b": value(depth: depth + 1, &generator)])
        case 1:
            .array((0..<Int.random(in: 0...3, using: &generator)).map { _ in value(depth: depth + 1, &generator) })
        case 2: .string(["", "a", "\"", "\\", "{[", "ä\n"].randomElement(using: &generator) ?? "")
        case 3: .integer(Int.random(in: -9...9, using: &generator))
        case 4: .bool(true)
        default: .null
        }
    }
}
