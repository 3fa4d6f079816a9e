import Testing

@testable import NameResolution

@Suite struct AddressSelectionTests {
    private static func addresses(_ prefix: String, _ count: Int) -> [IPAddress] {
        (0..<count).compactMap { IPAddress(prefix + String($0 + 1, radix: prefix.contains(":") ? 16 : 10)) }
    }

    @Test("of a thousand addresses eight are tried, four of each family")
    func many() {
        let v6 = Self.addresses("2001:db8::", 1000)
        let v4 = Self.addresses("192.0.2.", 200)
        let candidates = AddressSelection.candidates(v6 + v4)
        #expect(candidates.count == 8)
        #expect(candidates.map(\.family) == [.v6, .v4, .v6, .v4, .v6, .v4, .v6, .v4])
        #expect(candidates.filter { $0.family == .v6 } == Array(v6.prefix(4)))
        #expect(AddressSelection.candidates(v4 + v6).first == v4.first)
    }

    @Test("where one family has few addresses, the other has the rest")
    func unequal() {
        let (v4, v6) = (Self.addresses("192.0.2.", 2), Self.addresses("2001:db8::", 20))
        #expect(AddressSelection.candidates(v4 + v6).count == 8)
        #expect(AddressSelection.candidates(v6) == Array(v6.prefix(8)))
        #expect(AddressSelection.candidates(v4) == v4)
        #expect(AddressSelection.candidates([]) == [])
    }
}
