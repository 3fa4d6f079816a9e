import DestinationModel
import DestinationRules
import ObjectModel
import Testing

@Suite("Rules about tenants")
struct TenantRuleTests {
    @Test(
        "The annotation",
        arguments: [
            (#"'["a"]'"#, []), (#"'["a", "b-1"]'"#, []), (#"'["1a"]'"#, []),
            ("''", ["TPX030"]), ("tenant1", ["TPX030"]), ("'tenant1,tenant2'", ["TPX030"]),
            (#"'["a"'"#, ["TPX030"]), (#"'["a",]'"#, ["TPX030"]), ("\"['a']\"", ["TPX030"]),
            (#"'"a"'"#, ["TPX031"]), (#"'{"a": 1}'"#, ["TPX031"]), ("'null'", ["TPX031"]), ("'1'", ["TPX031"]),
            ("'[]'", ["TPX032"]), (#"'["a", 1]'"#, ["TPX033"]), (#"'[null]'"#, ["TPX033"]),
            (#"'[["a"]]'"#, ["TPX033"]), (#"'["a", "a", "a"]'"#, ["TPX034"]), (#"'[""]'"#, ["TPX035"]),
            (#"'["A"]'"#, ["TPX035"]), (#"'["a.b"]'"#, ["TPX035"]), (#"'["a_b"]'"#, ["TPX035"]),
            (#"'["tenantSubdomain1"]'"#, ["TPX035"]), (#"'["-a"]'"#, ["TPX035"]), (#"'["a-"]'"#, ["TPX035"]),
            (#"'["a b"]'"#, ["TPX035"]), (#"'["a,b"]'"#, ["TPX035"]), (#"'["<tenant>"]'"#, ["TPX004"]),
            (#"["a"]"#, ["TPX005"]), ("465", ["TPX005"]), ("~", []),
        ] as [(String, [String])]
    )
    func annotation(yaml: String, codes: [String]) throws {
        let report = DestinationRules.check(try Samples.tenants(yaml))
        #expect(report.codes == codes)
        #expect(report.findings.allSatisfy { $0.path.description == "metadata.annotations[\(Samples.annotation)]" })
    }

    @Test(
        "What was probably meant stands in the mend",
        arguments: [
            ("'tenant1,tenant2'", #"'["tenant1", "tenant2"]'"#), ("'a; b'", #"'["a", "b"]'"#),
            ("\"['a', 'b']\"", #"'["a", "b"]'"#), ("'[a b]'", #"'["a", "b"]'"#), ("'[“a”]'", #"'["a"]'"#),
            (#"'["a"]["b"]'"#, #"'["a", "b"]'"#),
            (#"'"a"'"#, #"'["a"]'"#), ("'{}'", #"'["tenant-a", "tenant-b"]'"#), (#"["x", "y"]"#, #"'["x", "y"]'"#),
        ]
    )
    func mends(yaml: String, mended: String) throws {
        let finding = try #require(DestinationRules.check(try Samples.tenants(yaml)).findings.first)
        #expect(finding.mend.hasSuffix("\(Samples.annotation): \(mended)"), "\(finding.mend)")
    }

    @Test(
        "Where an array was tried it says where it breaks; elsewhere that would puzzle",
        arguments: [(#"'["a",]'"#, true), (#"' ["a"'"#, true), ("'tenant1,tenant2'", false), ("''", false)]
    )
    func place(yaml: String, isTold: Bool) throws {
        let finding = try #require(DestinationRules.check(try Samples.tenants(yaml)).findings.first)
        #expect(finding.message.contains("column") == isTold, "\(finding.message)")
    }

    @Test("Too long with the resource's name: the tenant is named, and the others go on")
    func tooLong() throws {
        let name = String(repeating: "n", count: 50)
        let report = DestinationRules.check(try Samples.tenants(#"'["short", "abcdefghijklm"]'"#, name: name))
        #expect(report.codes == ["TPX036"])
        #expect(report.findings.first?.message.contains("\"abcdefghijklm\"") == true)
        #expect(report.findings.first?.message.contains("64 characters") == true)
        #expect(report.findings.first?.mend.contains("by 1") == true)
        #expect(report.resource == nil)
        #expect(report.servable?.tenants == ["short"])
        let fits = DestinationRules.check(try Samples.tenants(#"'["abcdefghijkl"]'"#, name: name))
        #expect(fits.codes == [])
        let alone = String(repeating: "t", count: 64)
        #expect(DestinationRules.check(try Samples.tenants("'[\"\(alone)\"]'")).codes == ["TPX035"])
    }

    @Test("nothing is read behind the first 2,000 tenants, and those are served")
    func tooMany() throws {
        let tenants = (1...2000).map { "\"t\($0)\"" }.joined(separator: ",")
        for rest in ["\"t2001\"]", "no JSON", "\"Bad\", 5, \"t1\"]"] {
            let report = DestinationRules.check(Samples.annotated("[\(tenants),\(rest)"))
            #expect(report.codes == ["TPX037"])
            #expect(report.findings.first?.error.detail == "Too many: must have at most 2000 items")
            #expect(report.servable?.tenants?.count == 2000)
        }
        #expect(DestinationRules.check(Samples.annotated("[\(tenants)]")).codes == [])
    }

    @Test("an annotation longer than all annotations may be is refused for its length alone")
    func tooLongText() throws {
        for text in [String(repeating: "\"", count: 262_145), "[\"A\"" + String(repeating: " ", count: 262_144)] {
            let report = DestinationRules.check(Samples.annotated(text))
            #expect(report.codes == ["TPX038"])
            #expect(report.servable == nil)
        }
    }

    @Test("items nested in the list are counted too")
    func nested() throws {
        let list = "[[\((1...5000).map(String.init).joined(separator: ","))]]"
        #expect(DestinationRules.check(Samples.annotated(list)).codes == ["TPX030"])
    }

    @Test("One bad tenant never hides the good ones")
    func servable() throws {
        let object = try Samples.tenants(#"'["good", "Bad", 5, "good", "other"]'"#)
        let report = DestinationRules.check(object)
        #expect(report.codes == ["TPX033", "TPX034", "TPX035"])
        #expect(report.servable?.tenants == ["good", "other"])
        #expect(report.servable?.routes(defaultInstance: "i", defaultNamespace: "n").count == 2)
    }
}
