import Testing

@testable import NameResolution

@Suite struct AddressTests {
    @Test(
        "only the strict forms are addresses",
        arguments: [
            "0x7f000001", "127.1", "0177.0.0.1", "2130706433", "127.0.0.1.", "fe80::1%eth0", "[::1]", "", "1.2.3.256",
            "127.0.0.1\0",
        ]
    )
    func noAddress(text: String) {
        #expect(IPAddress(text) == nil)
    }

    @Test("an address is shown as it is written", arguments: ["192.0.2.1", "2001:db8::1", "::", "fe80::1"])
    func description(text: String) {
        #expect(IPAddress(text)?.description == text)
    }

    @Test(
        "a range contains what shares its prefix",
        arguments: [
            ("127.0.0.0/8", "127.255.0.1", true), ("127.0.0.0/8", "128.0.0.1", false), ("10.1.2.3", "10.1.2.3", true),
            ("10.1.2.3", "10.1.2.4", false), ("0.0.0.0/0", "198.51.100.7", true), ("0.0.0.0/0", "::1", false),
            ("10.0.0.0/12", "10.15.255.255", true), ("10.0.0.0/12", "10.16.0.0", false), ("::/0", "fe80::1", true),
            ("fe80::/10", "febf::1", true), ("fe80::/10", "fec0::1", false), ("::1", "::1", true),
        ]
    )
    func ranges(range: String, address: String, isIn: Bool) throws {
        #expect(try #require(AddressRange(range)).contains(try #require(IPAddress(address))) == isIn)
    }

    @Test(
        "what is no range is refused",
        arguments: ["", "/8", "10.0.0.0/", "10.0.0.0/33", "10.0.0.1/8", "10/8", "::/129", "10.0.0.0/+8", "a.example"]
    )
    func noRange(text: String) {
        #expect(AddressRange(text) == nil)
    }

    @Test(
        "addresses that lead into the pod, its node or the API server are refused in all their forms",
        arguments: [
            ("127.0.0.1", .loopback), ("127.8.8.8", .loopback), ("::1", .loopback), ("::ffff:127.0.0.1", .loopback),
            ("::127.0.0.1", .loopback), ("64:ff9b::7f00:1", .loopback), ("2002:7f00:1::", .loopback),
            ("169.254.169.254", .linkLocal), ("::ffff:169.254.169.254", .linkLocal), ("fe80::1", .linkLocal),
            ("febf::1", .linkLocal), ("0.0.0.0", .unspecified), ("0.1.2.3", .unspecified), ("::", .unspecified),
            ("::ffff:0.0.0.0", .unspecified), ("224.0.0.1", .multicast), ("239.255.255.255", .multicast),
            ("ff02::1", .multicast), ("255.255.255.255", .broadcast), ("10.96.0.1", .apiServer),
            ("::ffff:10.96.0.1", .apiServer), ("fd00::1", .apiServer),
        ] as [(String, AddressPolicy.Denial)]
    )
    func refused(text: String, denial: AddressPolicy.Denial) throws {
        #expect(Self.policy().denial(of: try #require(IPAddress(text))) == denial)
    }

    @Test(
        "public and private addresses are allowed",
        arguments: [
            "192.0.2.1", "10.96.0.2", "172.16.0.1", "192.168.1.1", "100.64.0.1", "126.255.255.255", "128.0.0.1",
            "169.253.0.1", "169.255.0.1", "255.255.255.254", "2001:db8::1", "fd00::2", "fec0::1", "64:ff9b::c000:201",
            "::2:0:0:1",
        ]
    )
    func allowed(text: String) throws {
        #expect(Self.policy().denial(of: try #require(IPAddress(text))) == nil)
    }

    @Test("a range that the administrator lists is allowed, also as IPv4-mapped address")
    func exceptions() throws {
        let policy = Self.policy(allowed: AddressPolicy.loopback + [AddressRange("10.96.0.1")!])
        for text in ["127.0.0.1", "::1", "::ffff:127.0.0.1", "10.96.0.1"] {
            #expect(policy.denial(of: try #require(IPAddress(text))) == nil)
        }
        #expect(policy.denial(of: try #require(IPAddress("169.254.0.1"))) == .linkLocal)
        #expect(policy.denial(of: try #require(IPAddress("fd00::1"))) == .apiServer)
    }

    private static func policy(allowed: [AddressRange] = []) -> AddressPolicy {
        let apiServer = ["10.96.0.1", "fd00::1"].compactMap { IPAddress($0) }
        return AddressPolicy(allowed: allowed, apiServer: Set(apiServer), setting: "relay.allowedAddresses")
    }
}
