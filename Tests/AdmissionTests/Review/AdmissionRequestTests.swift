import ObjectModel
import Testing

@testable import Admission

@Suite("What the API server asks")
struct AdmissionRequestTests {
    @Test("A request is read")
    func reads() throws {
        let object = Reviews.destination()
        let request = try AdmissionRequest(
            Reviews.review(object, operation: "UPDATE", changes: ["oldObject": object, "dryRun": .bool(true)])
        )
        #expect(request.uid == "0123-4567")
        #expect(request.operation == .update)
        #expect(request.namespace == "shop")
        #expect(request.name == "mail")
        #expect(request.user == "jane")
        #expect(request.isDryRun)
        #expect(request.object == object)
        #expect(request.oldObject == object)
        #expect(request.needsRules)
    }

    @Test(
        "The rules look at Destinations that are created or updated, and at nothing else",
        arguments: [
            (["operation": .string("DELETE"), "object": .null], false),
            (["operation": .string("CONNECT"), "object": .null], false),
            (["subResource": .string("status")], false),
            (["subResource": .string("")], true),
            (["resource": .object(["group": .string("apps"), "resource": .string("destinations")])], false),
            (["resource": .object(["resource": .string("pods")])], false),
            (
                [
                    "resource": .object([
                        "group": .string("destination.connectivity.api.sap"), "version": .string("v7"),
                        "resource": .string("destinations"),
                    ])
                ], true
            ),
            (["object": .object(["metadata": .object(["deletionTimestamp": .string("2026-01-01T00:00:00Z")])])], false),
            (["object": .object(["metadata": .object(["deletionTimestamp": .null])])], true),
            (["object": .object(["metadata": .integer(5)])], true),
        ] as [([String: ObjectValue], Bool)]
    )
    func needsRules(changes: [String: ObjectValue], expected: Bool) throws {
        #expect(try AdmissionRequest(Reviews.review(changes: changes)).needsRules == expected)
    }

    @Test(
        "What is no review is said to be none",
        arguments: [
            ["uid": .null], ["uid": .string("")], ["uid": .integer(5)],
            ["uid": .string(String(repeating: "a", count: 129))], ["operation": .null],
            ["operation": .string("create")],
            ["operation": .bool(true)], ["resource": .null], ["resource": .string("destinations")],
            ["resource": .object([:])], ["resource": .object(["resource": .integer(5)])],
            ["resource": .object(["resource": .string("x"), "group": .array([])])], ["namespace": .integer(5)],
            ["name": .array([])], ["subResource": .bool(false)], ["userInfo": .object(["username": .integer(5)])],
            ["object": .null], ["object": .string("a")], ["object": .array([])],
            ["operation": .string("UPDATE")], ["operation": .string("UPDATE"), "oldObject": .integer(1)],
        ] as [[String: ObjectValue]]
    )
    func malformed(changes: [String: ObjectValue]) {
        #expect(throws: MalformedReview.self) { try AdmissionRequest(Reviews.review(changes: changes)) }
    }

    @Test(
        "A body that is something else is no review",
        arguments: [
            .null, .array([]), .string("AdmissionReview"), .object([:]),
            .object(["apiVersion": .string("admission.k8s.io/v1beta1"), "kind": .string("AdmissionReview")]),
            .object(["apiVersion": .string("admission.k8s.io/v1"), "kind": .string("Pod")]),
            .object(["apiVersion": .string("admission.k8s.io/v1"), "kind": .string("AdmissionReview")]),
            .object([
                "apiVersion": .string("admission.k8s.io/v1"), "kind": .string("AdmissionReview"),
                "request": .array([]),
            ]),
        ] as [ObjectValue]
    )
    func other(body: ObjectValue) {
        #expect(throws: MalformedReview.self) { try AdmissionRequest(body) }
    }

    @Test("Members of no importance may have any type")
    func unimportant() throws {
        for value in [ObjectValue.integer(5), .array([]), .object([:]), .string("x")] {
            let changes = ["dryRun": value, "options": value, "requestKind": value, "kind": value, "userInfo": value]
            #expect(try AdmissionRequest(Reviews.review(changes: changes)).isDryRun == false)
        }
    }
}
