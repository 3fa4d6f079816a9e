import DestinationModel
import Testing

@testable import DestinationSources

@Suite struct DestinationLookupErrorTests {
    private static let failed = "ConfigurationFailed"

    /// Every code, whether what is known serves on, the reason in the status, and what to do.
    static let table: [(DestinationLookupError.Code, Bool, String, String)] = [
        (.noSuchInstance, false, failed, "configure"), (.noSuchTenant, false, failed, "subdomain"),
        (.noSuchDestination, false, "ConfigurationError-ReferencedDestination-NotFound", "create"),
        (.noSuchFragment, false, "ConfigurationError-ReferencedFragment-NotFound", "optional"),
        (.tenantNotSubscribed, false, failed, "subscribe"), (.serviceUnavailable, true, failed, "again"),
        (.credentialsRefused, true, failed, "binding"), (.malformedAnswer, true, failed, "addresses"),
        (.malformed, false, failed, "correct"),
        (.typeNotSupported, false, "ConfigurationError-ReferencedDestination-TypeNotSupported", "MAIL"),
        (
            .proxyTypeNotSupported, false, "ConfigurationError-ReferencedDestination-ProxyTypeNotSupported", "Internet"
        ),
    ]

    @Test(arguments: table.indices) func everyCode(index: Int) {
        let (code, isSourceDown, reason, word) = Self.table[index]
        #expect(code.isSourceDown == isSourceDown)
        #expect(code.statusReason == reason)
        let reference = DestinationReference(destination: "mail", instance: "i", tenant: "t")
        let error = DestinationLookupError(code, reference, detail: "status 7")
        #expect(error.description.contains(word))
        #expect(error.description.hasPrefix("destination mail of instance i, tenant t: "))
        #expect(error.description.contains(": status 7; "))
    }

    @Test func everyCodeIsThere() { #expect(Set(Self.table.map(\.0)).count == 11) }
}
