import DestinationRules
import ObjectModel
import RelayRoutes
import TestSupport
import Testing
import YAML

@testable import DestinationController

@Suite("What keeps a whole resource from being served")
struct ResourceProblemTests {
    private func findings(_ text: String, _ context: RuleContext = RuleContext()) throws -> [Finding] {
        DestinationRules.check(try JSONReader.document(text).value, context: context).findings
    }

    private func annotated(_ tenants: String) -> String {
        #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":{"name":"mail","#
            + #""annotations":{"\#(MalformedDestination.tenants)":"\#(tenants)"}},"#
            + #""spec":{"destinationRef":{"name":"d"}}}"#
    }

    @Test("Faults of the tenants' annotation are told from others")
    func reasons() throws {
        let annotation = try #require(try ResourceProblem(findings(annotated("a,b"))))
        #expect(annotation.reason == "ConfigurationError-MultitenancyAnnotation-Invalid")
        #expect(annotation.message.contains("TPX030"))
        let other = try #require(
            try ResourceProblem(findings(#"{"metadata":{"name":"mail"},"spec":{"destinationRef":{"name":"*"}}}"#))
        )
        #expect(other.reason == "ConfigurationFailed")
        let dynamic =
            #"{"apiVersion":"destination.connectivity.api.sap/v1","kind":"Destination","metadata":{"name":"mail"},"#
            + #""spec":{"destinationRef":{"name":"*"}}}"#
        let warned = try #require(try ResourceProblem(findings(dynamic)))
        #expect(warned.reason == "ConfigurationFailed" && warned.message.contains("TPX013"))
        #expect(try ResourceProblem(findings(annotated(#"[\"a\"]"#))) == nil)
        #expect(try ResourceProblem(findings(annotated(#"[\"a\",\"B\"]"#))) == nil, "the others can be served")
    }

    @Test("A Service that an older Destination claims is a reason of its own")
    func collision() throws {
        var claims = ClaimIndex()
        claims.insert(
            try JSONReader.document(
                #"{"metadata":{"name":"mail-a"},"spec":{"destinationRef":{"name":"d"}}}"#
            ).value
        )
        let found = try findings(annotated(#"[\"a\"]"#), RuleContext(claims: claims))
        let collision = try #require(found.first { $0.code == .collision })
        #expect(collision.statusReason == "ConfigurationError-DuplicateDestinationCustomResource")
    }

    @Test("Of many faults the first are named")
    func many() throws {
        let text =
            #"{"apiVersion":"x","kind":"y","metadata":{"name":"A.b"},"spec":{"destinationRef":{"name":"*"},"#
            + #""service":{"port":0},"accessControl":{"scope":"x"}}}"#
        let problem = try #require(try ResourceProblem(findings(text)))
        #expect(problem.message.contains("more faults"))
        #expect(problem.message.utf8.count < 2000)
    }

    @Test("Every fault that there is gets a reason", arguments: MalformedDestination.all)
    func everyFault(malformed: MalformedDestination) throws {
        let object = try ObjectDocument(#require(try YAML.documents(in: malformed.text).first)).value
        for finding in DestinationRules.check(object).findings {
            let isOfTenants = malformed.field.hasPrefix("metadata.annotations[")
            #expect(
                finding.statusReason
                    == (isOfTenants ? "ConfigurationError-MultitenancyAnnotation-Invalid" : "ConfigurationFailed")
                    || finding.code.rawValue != malformed.code
            )
        }
    }

    @Test("That mail goes on is said only where it does: the route has a port, and its instance is still configured")
    func besides() throws {
        let problem = ResourceProblem(reason: "r", message: "m")
        var claim = try RouteClaim.sample(20_000)
        #expect(problem.besides([claim], from: .init(names: ["i", "j"])).message.hasSuffix("goes on as it was"))
        #expect(problem.besides([claim], from: .init(names: ["j"])) == problem)
        #expect(problem.besides([], from: .init(names: ["i"])) == problem)
        claim.releasedAt = "2026-01-01T00:00:00Z"
        #expect(problem.besides([claim], from: .init(names: ["i"])) == problem)
    }
}
