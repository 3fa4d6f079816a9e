import DestinationRules
import ObjectModel
import Testing

@testable import Admission

@Suite("What the API server is answered")
struct AdmissionAnswerTests {
    private static let instances = RuleContext.Instances(names: ["files"], defaultName: "files")

    private func response(
        _ review: ObjectValue,
        claims: ClaimIndex = ClaimIndex(),
        knowsOthers: Bool = true
    ) throws -> ObjectValue {
        let context = RuleContext(instances: Self.instances, claims: claims)
        let answer = Reviewer(context: context, knowsOthers: knowsOthers).answer(to: try AdmissionRequest(review))
            .review
        #expect(answer["apiVersion"] == .string("admission.k8s.io/v1"))
        #expect(answer["kind"] == .string("AdmissionReview"))
        return try #require(answer["response"])
    }

    @Test("A good Destination is admitted without a word")
    func admitted() throws {
        let expected = ObjectValue.object(["uid": .string("0123-4567"), "allowed": .bool(true)])
        #expect(try response(Reviews.review()) == expected)
        #expect(try response(Reviews.review(changes: ["dryRun": .bool(true)])) == expected)
        #expect(try response(Reviews.review(changes: ["operation": .string("DELETE"), "object": .null])) == expected)
    }

    @Test("A refusal looks like one of the API server's own")
    func refused() throws {
        let port = ObjectValue.object(["port": .integer(70_000)])
        let response = try response(
            Reviews.review(Reviews.destination(spec: ["service": port, "chainRef": .object([:])]))
        )
        #expect(response["allowed"] == .bool(false))
        let sentence =
            "Invalid value: 70000: must be between 1 and 65535, inclusive; "
            + "write a port such as 465, or leave it out (TPX019)"
        #expect(
            response["status"]
                == .object([
                    "status": .string("Failure"), "code": .integer(422), "reason": .string("Invalid"),
                    "message": .string(
                        "Destination.destination.connectivity.api.sap \"mail\" is invalid: spec.service.port: \(sentence)"
                    ),
                    "details": .object([
                        "group": .string("destination.connectivity.api.sap"), "kind": .string("Destination"),
                        "name": .string("mail"),
                        "causes": .array([
                            .object([
                                "reason": .string("FieldValueInvalid"), "field": .string("spec.service.port"),
                                "message": .string(sentence),
                            ])
                        ]),
                    ]),
                ])
        )
        let warning = "TPX021: spec.chainRef: has no effect on mail destinations; remove it"
        #expect(response["warnings"] == .array([.string(warning)]))
    }

    @Test("All faults are told at once")
    func severalFaults() throws {
        let object = Reviews.destination(
            "ma.il",
            tenants: "a,b",
            spec: [
                "destinationServiceInstanceName": .string("fils"), "accessControl": .object(["scope": .string("x")]),
            ]
        )
        let status = try #require(try response(Reviews.review(object))["status"])
        let fields = status["details"]?["causes"]?.arrayValue?.compactMap { $0["field"]?.stringValue } ?? []
        #expect(
            Set(fields) == [
                "metadata.name", "metadata.annotations[\(Reviews.tenants)]", "spec.destinationServiceInstanceName",
                "spec.accessControl.scope",
            ]
        )
        #expect(status["message"]?.stringValue?.contains("is invalid: [metadata.name: ") == true)
    }

    @Test("However much is wrong, the answer stays small")
    func bounded() throws {
        let names = (0..<2000).map { "\"T\($0)\"" }.joined(separator: ",")
        let object = Reviews.destination(String(repeating: "x", count: 5000), tenants: "[\(names)]")
        let response = try response(Reviews.review(object))
        let causes = response["status"]?["details"]?["causes"]?.arrayValue ?? []
        #expect(causes.count == 51)
        #expect(causes.last?["message"]?.stringValue?.hasSuffix("more faults are not shown") == true)
        #expect(response.json().count < 60_000)
        let message = try #require(response["status"]?["message"]?.stringValue)
        #expect(message.count < 4600)
        #expect(message.hasSuffix(" more]"))
    }

    @Test("Warnings are counted where they are many")
    func manyWarnings() throws {
        let old = Reviews.destination(tenants: "[\((0..<100).map { "\"t\($0)\"" }.joined(separator: ","))]")
        let new = Reviews.destination(tenants: #"["t0"]"#)
        let response = try response(Reviews.review(new, operation: "UPDATE", changes: ["oldObject": old]))
        #expect(response["allowed"] == .bool(true))
        let warnings = response["warnings"]?.arrayValue?.compactMap(\.stringValue) ?? []
        #expect(warnings.count == 21)
        #expect(warnings.last == "and 79 more warnings")
        #expect(warnings.allSatisfy { $0.count <= 120 })
    }

    @Test("A fault that was there before only warns")
    func oldFault() throws {
        let old = Reviews.destination(spec: ["service": .object(["port": .integer(0)])])
        let response = try response(Reviews.review(old, operation: "UPDATE", changes: ["oldObject": old]))
        #expect(response["allowed"] == .bool(true))
        #expect(response["warnings"]?.arrayValue?.count == 1)
    }

    @Test("Whoever's Services collide is refused, in both orders, but not with himself")
    func collisions() throws {
        let first = Reviews.destination("mail", tenants: #"["a-b"]"#)
        let second = Reviews.destination("mail-a", tenants: #"["b"]"#)
        for (one, other) in [(first, second), (second, first)] {
            var claims = ClaimIndex()
            claims.insert(one)
            #expect(try response(Reviews.review(one), claims: claims)["allowed"] == .bool(true))
            let refusal = try response(Reviews.review(other), claims: claims)
            #expect(refusal["allowed"] == .bool(false))
            #expect(refusal["status"]?["message"]?.stringValue?.contains("mail-a-b") == true)
            let elsewhere = try response(
                Reviews.review(other, changes: ["namespace": .string("other")]).replacingNamespace("other"),
                claims: claims
            )
            #expect(elsewhere["allowed"] == .bool(true))
        }
    }

    @Test("The request's namespace counts where the object leaves it open")
    func namespaceOfRequest() throws {
        var claims = ClaimIndex()
        claims.insert(Reviews.destination("mail", tenants: #"["a"]"#))
        let open = Reviews.review(Reviews.destination("mail-a", namespace: ""), changes: ["namespace": .string("shop")])
        #expect(try response(open, claims: claims)["allowed"] == .bool(false))
    }

    @Test("That others are not known is said of what is admitted")
    func ignorance() throws {
        let warnings = try response(Reviews.review(), knowsOthers: false)["warnings"]
        #expect(warnings == .array([.string(Reviewer.ignoranceNote)]))
        #expect(Reviewer.ignoranceNote.count <= 120)
        let delete = Reviews.review(changes: ["operation": .string("DELETE")])
        #expect(try response(delete, knowsOthers: false)["warnings"] == nil)
        let bad = Reviews.review(Reviews.destination("a.b"))
        #expect(try response(bad, knowsOthers: false)["warnings"] == nil)
    }
}

extension ObjectValue {
    /// A review whose object is in another namespace.
    fileprivate func replacingNamespace(_ namespace: String) -> ObjectValue {
        guard var review = objectValue, var request = review["request"]?.objectValue,
            var object = request["object"]?.objectValue, var metadata = object["metadata"]?.objectValue
        else { return self }
        metadata["namespace"] = .string(namespace)
        object["metadata"] = .object(metadata)
        request["object"] = .object(object)
        review["request"] = .object(request)
        return .object(review)
    }
}
