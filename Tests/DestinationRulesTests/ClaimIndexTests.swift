import DestinationRules
import ObjectModel
import Testing

@Suite("Who claims a Service")
struct ClaimIndexTests {
    @Test(
        "A Service's name is split at each hyphen",
        arguments: [
            ("a-b-c", "a/b-c"), ("a-b-d", "a-b/d"), ("a-b-e", "a-b-e/"), ("a-b", nil), ("a-b-", nil), ("-a", nil),
            ("", nil), ("a-", nil), ("a-b-c-d", nil), ("a-B", nil),
        ] as [(String, String?)]
    )
    func lookUp(service: String, claimant: String?) throws {
        let index = Samples.index(
            try Samples.tenants(#"'["x", "b-c", "B", "-", ""]'"#, name: "a"),
            try Samples.tenants(#"'["d"]'"#, name: "a-b"),
            try Samples.destination(name: "a-b-e")
        )
        let claim = index.claim(of: service, in: nil, besides: nil)
        #expect(claim.map { "\($0.resource)/\($0.tenant ?? "")" } == claimant)
        #expect(claim.map(\.service) == (claimant == nil ? nil : service))
        #expect(index.claim(of: service, in: "other", besides: nil) == nil)
    }

    @Test("A tenant is found among many, and nothing that is not one")
    func many() throws {
        let names = (0..<500).map { "t\($0)" }
        let list = names.map { "\"\($0)\"" }.joined(separator: ",")
        let index = Samples.index(try Samples.tenants("'[\(list)]'", name: "mail"))
        for name in names { #expect(index.claim(of: "mail-\(name)", in: nil, besides: nil)?.tenant == name) }
        for name in ["t", "t500", "t00", "u1", "0"] {
            #expect(index.claim(of: "mail-\(name)", in: nil, besides: nil) == nil)
        }
    }

    @Test("A later state of a resource replaces the earlier one, and what is removed is forgotten")
    func changes() throws {
        var index = Samples.index(try Samples.tenants(#"'["a", "b"]'"#))
        let snapshot = index
        index.insert(try Samples.tenants(#"'["b"]'"#))
        #expect(index.count == 1)
        #expect(index.claim(of: "mail-a", in: nil, besides: nil) == nil)
        #expect(index.claim(of: "mail-b", in: nil, besides: nil) != nil)
        #expect(index.claim(of: "mail-b", in: nil, besides: "mail") == nil)
        index.insert(try Samples.tenants("'no JSON'"))
        #expect(index.claim(of: "mail-b", in: nil, besides: nil) == nil)
        index.remove(try Samples.tenants("''"))
        index.remove(namespace: nil, name: "mail")
        #expect(index.count == 0)
        #expect(index == ClaimIndex())
        #expect(snapshot.claim(of: "mail-a", in: nil, besides: nil) != nil)
    }

    @Test("Of all who claim a Service the oldest comes first, and of those of one second the one with the lesser UID")
    func order() throws {
        func stored(_ object: ObjectValue, _ created: String, _ uid: String) throws -> ObjectValue {
            var members = try #require(object.objectValue)
            var metadata = try #require(members["metadata"]?.objectValue)
            metadata["creationTimestamp"] = .string(created)
            metadata["uid"] = .string(uid)
            members["metadata"] = .object(metadata)
            return .object(members)
        }
        var index = Samples.index(
            try stored(Samples.destination(name: "a-b-c"), "2026-01-01T00:00:02Z", "1"),
            try stored(Samples.tenants(#"'["b-c", "x"]'"#, name: "a"), "2026-01-01T00:00:01Z", "3"),
            try stored(Samples.tenants(#"'["c"]'"#, name: "a-b"), "2026-01-01T00:00:01Z", "2")
        )
        #expect(index.claims(of: "a-b-c", in: nil).map(\.resource) == ["a-b", "a", "a-b-c"])
        #expect(index.claims(of: "a-b-c", in: nil).map(\.tenant) == ["c", "b-c", nil])
        #expect(index.claims(of: "a-x", in: nil).map(\.resource) == ["a"])
        #expect(index.claims(of: "a-b-c", in: "other").isEmpty)
        index.remove(namespace: nil, name: "a-b")
        #expect(index.claims(of: "a-b-c", in: nil).map(\.resource) == ["a", "a-b-c"])
    }

    @Test("Longer than any Service's name is nobody's, and takes no time to say so")
    func tooLong() throws {
        let longest = String(repeating: "a", count: 63)
        let index = Samples.index(
            try Samples.destination(name: longest),
            try Samples.destination(name: longest + "a"),
            try Samples.tenants(#"'["b"]'"#, name: longest)
        )
        #expect(index.claim(of: longest + "a", in: nil, besides: nil) == nil)
        #expect(index.claim(of: longest + "-b", in: nil, besides: nil) == nil)
        // One look-up for each hyphen, each of all that stands before it, would take minutes.
        #expect(index.claim(of: "a" + String(repeating: "-", count: 1 << 20), in: nil, besides: nil) == nil)
    }

    @Test("What is no object is passed over")
    func noObject() {
        var index = ClaimIndex()
        index.insert(.null)
        index.insert(.object(["metadata": .object(["name": .integer(5)])]))
        index.remove(.null)
        #expect(index.count == 0)
    }
}
