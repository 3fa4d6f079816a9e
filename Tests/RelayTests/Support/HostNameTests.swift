import Testing

@testable import Relay

@Suite struct HostNameTests {
    @Test func isADomainNameOrAnAddressLiteral() {
        let name = HostName.forSMTP()
        #expect(!name.hasPrefix("localhost"))
        if name.hasPrefix("[") {
            #expect(name.hasSuffix("]"))
            #expect(name.dropFirst().dropLast().allSatisfy { $0.isASCII && ($0.isHexDigit || "IPv6:.".contains($0)) })
        } else {
            #expect(name.contains("."))
            #expect(name.allSatisfy { $0.isASCII && ($0.isLetter || $0.isNumber || $0 == "-" || $0 == ".") })
        }
    }
}
