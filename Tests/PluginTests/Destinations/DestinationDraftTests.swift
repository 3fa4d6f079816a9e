import DestinationModel
import DestinationRules
import ObjectModel
import Testing
import YAML

@testable import kubectl_tproxy

@Suite("Destinations to be made")
struct DestinationDraftTests {
    static let texts = [
        "mail", "true", "null", "NO", "1e3", "0x1", "~", "", " ", "a b", "a: b", "#a", "- a", "'", "\"", "\\", "$(id)",
        "`id`", "a\nb", "\t", "-n", "--all", "é", "\u{2028}", "a#b", "[a]", "{a}", "*", "&a", "!a", "%a", "@a",
        "2001-01-01",
    ]

    @Test("The text for a file says what is sent, whatever the names are", arguments: texts)
    func yaml(text: String) throws {
        var draft = DestinationDraft(namespace: text, name: text, destination: text)
        draft.level = text
        draft.fragment = text
        draft.instance = text
        draft.scope = text
        draft.port = 2465
        draft.tenants = [text, "b"]
        let document = try #require(try YAML.documents(in: draft.yaml).first)
        #expect(ObjectDocument(document).value == draft.object)
        draft.tenants = []
        let other = try #require(try YAML.documents(in: draft.yaml).first)
        #expect(ObjectDocument(other).value == draft.object)
    }

    @Test("With a name alone it is a good resource")
    func alone() {
        let draft = DestinationDraft(name: "mail-dest", destination: "mail-dest")
        let report = DestinationRules.check(draft.object)
        #expect(report.findings.isEmpty)
        #expect(report.resource?.destination == "mail-dest")
    }

    @Test(
        "A MAIL destination to start from is one, as JSON and in a Secret",
        arguments: MailTemplate.Authentication.allCases
    )
    func template(authentication: MailTemplate.Authentication) throws {
        let template = MailTemplate(name: "mail", host: "smtp.example.com", authentication: authentication)
        let json = try JSONReader.document(template.text).value
        #expect(json["Type"] == .string("MAIL"))
        let secret = try #require(try YAML.documents(in: template.secret(in: "x")).first)
        let text = try #require(ObjectDocument(secret).value["stringData"]?["mail.json"]?.stringValue)
        #expect(try JSONReader.document(text).value == json)
    }
}

@Suite("Changes of tenants")
struct TenantEditTests {
    private func object(_ annotation: String?) -> ObjectValue {
        var metadata: [String: ObjectValue] = ["name": .string("mail"), "resourceVersion": .string("7")]
        if let annotation {
            metadata["annotations"] = .object([DestinationResource.tenantsAnnotation: .string(annotation)])
        }
        return .object(["metadata": .object(metadata)])
    }

    @Test("They keep the others, and go to the version that was read")
    func edits() throws {
        let known = try TenantEdit(object(#"["a", "b"]"#))
        let more = try known.edited(.add, ["c", "a"])
        #expect(more.tenants == ["a", "b", "c"])
        #expect(more.patch["metadata"]?["resourceVersion"] == .string("7"))
        #expect(
            more.patch["metadata"]?["annotations"]?[DestinationResource.tenantsAnnotation]
                == .string(#"["a", "b", "c"]"#)
        )
        #expect(try known.edited(.remove, ["a"]).tenants == ["b"])
        #expect(try TenantEdit(object(nil)).edited(.add, ["a"]).tenants == ["a"])
    }

    @Test("What can't be done is refused")
    func refusals() throws {
        let known = try TenantEdit(object(#"["a", "b"]"#))
        #expect(throws: (any Error).self) { try known.edited(.remove, ["c"]) }
        #expect(throws: (any Error).self) { try known.edited(.remove, ["a", "b"]) }
        #expect(throws: (any Error).self) { try TenantEdit(object("a,b")) }
        #expect(throws: (any Error).self) { try TenantEdit(object(#"["a", 1]"#)) }
    }
}
