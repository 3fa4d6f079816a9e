import DestinationModel
import Testing

@Suite("ServiceName")
struct ServiceNameTests {
    @Test(
        "Valid names",
        arguments: [
            ("mail", nil, "mail"),
            ("mail", "tenant-a", "mail-tenant-a"),
            ("mail", "1st", "mail-1st"),
            (String(repeating: "a", count: 63), nil, String(repeating: "a", count: 63)),
            (String(repeating: "a", count: 61), "b", String(repeating: "a", count: 61) + "-b"),
        ] as [(String, String?, String)]
    )
    func valid(resource: String, tenant: String?, name: String) {
        #expect(ServiceName(resource: resource, tenant: tenant)?.rawValue == name)
    }

    @Test(
        "Names that no Service can have",
        arguments: [
            ("", nil), ("1mail", nil), ("mail.dest", nil), ("Mail", nil), ("-mail", nil), ("mail-", nil), ("mäil", nil),
            ("mail", ""), ("mail", "-a"), ("mail", "a-"), ("mail", "a.b"), ("mail", "A"), ("mail", "a_b"),
            (String(repeating: "a", count: 64), nil), (String(repeating: "a", count: 62), "b"),
        ] as [(String, String?)]
    )
    func invalid(resource: String, tenant: String?) {
        #expect(ServiceName(resource: resource, tenant: tenant) == nil)
    }
}
