import DestinationModel
import Testing

@testable import DestinationSources

@Suite struct DestinationLookupErrorTests {
    private static let prefix = "ConfigurationError-"

    /// Every code, whether what is known serves on, the reason in the status, the word in metrics, and what to do.
    static let table: [(DestinationLookupError.Code, Bool, String, String, String)] = [
        (.noSuchInstance, false, "DestinationServiceInstance-NotFound", "no_such_instance", "configure"),
        (.noSuchTenant, false, "Tenant-NotFound", "no_such_tenant", "subdomain"),
        (.noSuchDestination, false, "ReferencedDestination-NotFound", "no_such_destination", "create"),
        (.noSuchFragment, false, "ReferencedFragment-NotFound", "no_such_fragment", "optional"),
        (.tenantNotSubscribed, false, "Tenant-NotSubscribed", "tenant_not_subscribed", "subscribe"),
        (.serviceUnavailable, true, "DestinationService-NotReachable", "service_unavailable", "again"),
        (.bindingUnusable, true, "DestinationService-NotReachable", "binding_unusable", "Secret"),
        (.credentialsRefused, true, "DestinationService-CredentialsRefused", "credentials_refused", "binding"),
        (.malformedAnswer, true, "DestinationService-AnswerNotUsable", "malformed_answer", "addresses"),
        (.malformed, false, "ReferencedDestination-NotUsable", "malformed", "correct"),
        (.typeNotSupported, false, "ReferencedDestination-TypeNotSupported", "type_not_supported", "MAIL"),
        (
            .proxyTypeNotSupported, false, "ReferencedDestination-ProxyTypeNotSupported", "proxy_type_not_supported",
            "Internet"
        ),
    ]

    @Test(arguments: table.indices) func everyCode(index: Int) {
        let (code, isSourceDown, reason, name, word) = Self.table[index]
        #expect(code.isSourceDown == isSourceDown)
        #expect(code.statusReason == Self.prefix + reason)
        #expect(code.word == name)
        let reference = DestinationReference(destination: "mail", instance: "i", tenant: "t")
        let error = DestinationLookupError(code, reference, detail: "status 7")
        #expect(error.description.contains(word))
        #expect(error.description.hasPrefix("destination mail of instance i, tenant t: "))
        #expect(error.description.contains(": status 7; "))
    }

    @Test func everyCodeIsThere() {
        #expect(Set(Self.table.map(\.0)).count == 12)
        #expect(Set(Self.table.map(\.2)).count == 11)
        #expect(Set(Self.table.map(\.3)).count == 12)
    }
}
