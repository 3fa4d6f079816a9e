import ObjectModel
import Testing

@testable import kubectl_tproxy

@Suite("Whose mail a test mail is")
struct MailRouteTests {
    private func view(_ tenants: [String?]) throws -> DestinationView {
        let entries = tenants.enumerated().map { index, tenant in
            let name = tenant.map { #""tenant": "\#($0)","# } ?? ""
            return #"{\#(name) "serviceName": "mail", "state": "Ready", "relayPort": \#(30_000 + index)}"#
        }
        let text = """
            {"metadata": {"name": "mail", "namespace": "shop"}, "status": {"tenants": [\(entries.joined(separator: ","))]}}
            """
        return DestinationView(try JSONReader.document(text).value)
    }

    @Test("A tenant is found; where there is but one, it needn't be named")
    func found() throws {
        #expect(try MailRoute(view([nil]), tenant: nil).port == 30_000)
        #expect(try MailRoute(view(["a"]), tenant: nil).name == "shop/mail (tenant a)")
        let route = try MailRoute(view(["a", "b"]), tenant: "b")
        #expect(route.port == 30_001 && route.tenant == "b")
    }

    @Test("Otherwise it is said which there are")
    func others() throws {
        let several = #expect(throws: MailRoute.Fault.self) { _ = try MailRoute(view(["a", "b"]), tenant: nil) }
        #expect(several?.description.contains("--tenant: a, b") == true)
        let unknown = #expect(throws: MailRoute.Fault.self) { _ = try MailRoute(view(["a", "b"]), tenant: "c") }
        #expect(unknown?.description.contains("there are a, b") == true)
        let none = #expect(throws: MailRoute.Fault.self) { _ = try MailRoute(view([nil]), tenant: "c") }
        #expect(none?.description.contains("leave --tenant away") == true)
    }
}
