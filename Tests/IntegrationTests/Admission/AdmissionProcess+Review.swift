import ObjectModel

extension AdmissionProcess {
    enum Operation: String {
        case create = "CREATE"
        case update = "UPDATE"
    }

    /// Asks the server as an API server would that knows no rules of its own.
    func review(_ operation: Operation, _ object: ObjectValue, old: ObjectValue = .null) async throws -> ReviewAnswer {
        let identity: [String: ObjectValue] = [
            "group": .string("destination.connectivity.api.sap"), "version": .string("v1"),
        ]
        let request: [String: ObjectValue] = [
            "uid": .string("test"),
            "kind": .object(identity.merging(["kind": .string("Destination")]) { $1 }),
            "resource": .object(identity.merging(["resource": .string("destinations")]) { $1 }),
            "name": object["metadata"]?["name"] ?? .null,
            "namespace": .string("unknown-to-the-server"),
            "operation": .string(operation.rawValue),
            "userInfo": .object(["username": .string("tester")]),
            "object": object,
            "oldObject": old,
            "dryRun": .bool(false),
        ]
        let review: ObjectValue = .object([
            "apiVersion": .string("admission.k8s.io/v1"), "kind": .string("AdmissionReview"),
            "request": .object(request),
        ])
        let result = try await self.post(String(decoding: review.json(), as: UTF8.self))
        guard result.succeeded else { throw ProcessFailure(program: "admission server", result: result) }
        return try ReviewAnswer(json: result.output)
    }
}
