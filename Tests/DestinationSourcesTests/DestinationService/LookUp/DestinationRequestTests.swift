import DestinationModel
import HTTPTransport
import Testing

@testable import DestinationSources

@Suite struct DestinationRequestTests {
    private static let base = "/destination-configuration"

    private static func reference(
        _ name: String,
        _ level: DestinationLevel? = nil,
        _ fragment: FragmentReference? = nil
    ) -> DestinationReference {
        DestinationReference(destination: name, instance: "i", level: level, fragment: fragment)
    }

    static let paths: [(DestinationReference, String, [String])] = [
        (reference("mail"), "/v1/destinations/mail", []),
        (reference("mail", .providerSubaccount), "/v2/destinations/mail@provider_subaccount", []),
        (reference("mail", .instance), "/v2/destinations/mail@instance", []),
        (reference("a b/../c?d#e%f"), "/v1/destinations/a%20b%2F..%2Fc%3Fd%23e%25f", []),
        (reference("mail@instance"), "/v1/destinations/mail%40instance", []),
        (reference("mail@instance", .subaccount), "/v2/destinations/mail%40instance@subaccount", []),
        (reference("größe\r\nX: y"), "/v1/destinations/gr%C3%B6%C3%9Fe%0D%0AX%3A%20y", []),
        (reference("mail", nil, .init(name: "f")), "/v1/destinations/mail", ["X-fragment-name: f"]),
        (
            reference("mail", nil, .init(name: "f", isOptional: true)), "/v1/destinations/mail",
            ["X-fragment-name: f", "X-fragment-optional: true"]
        ),
        (
            reference("mail", .subaccount, .init(name: "f", level: .providerInstance)),
            "/v2/destinations/mail@subaccount", ["X-fragment-name: f@provider_instance"]
        ),
        (
            reference("mail", nil, .init(name: "f", level: .instance)), "/v2/destinations/mail",
            ["X-fragment-name: f@instance"]
        ),
    ]

    @Test(arguments: paths.indices) func whatIsAsked(index: Int) throws {
        let (reference, path, headers) = Self.paths[index]
        let request = try DestinationRequest(reference)
        #expect(request.path == Self.base + path)
        #expect(request.fragmentHeaders.map { "\($0.name): \($0.value)" } == headers)
        let service = try #require(ServiceURL("https://service.example.com"))
        let token = AccessToken(secret: Secret("hunter2"), number: 1)
        let http = request.http(service, token: token, timeouts: HTTPTimeouts())
        #expect(http.url == "https://service.example.com" + Self.base + path)
        #expect(http.headers["Authorization"] == "Bearer hunter2")
        #expect(http.maximumRedirects == 0)
        #expect(!"\(http)".contains("hunter2"))
    }

    @Test(arguments: ["", ".", "..", "..."]) func namesThatNoneCanHave(name: String) {
        let error = #expect(throws: LookUpFailure.self) { try DestinationRequest(Self.reference(name)) }
        #expect(error?.code == .noSuchDestination)
    }

    @Test(arguments: ["", "f@instance", "f\r\nX: y", "ü", "f\u{0}"]) func fragmentsThatNoneCanBe(name: String) {
        let reference = Self.reference("mail", nil, .init(name: name))
        let error = #expect(throws: LookUpFailure.self) { try DestinationRequest(reference) }
        #expect(error?.code == .noSuchFragment)
    }
}
