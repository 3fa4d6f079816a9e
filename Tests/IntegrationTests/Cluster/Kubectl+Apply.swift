import ObjectModel

extension Kubectl {
    /// `kubectl apply` of objects that a test has put together.
    func apply(_ objects: [ObjectValue]) async throws {
        let list = ObjectValue.object([
            "apiVersion": .string("v1"), "kind": .string("List"), "items": .array(objects),
        ])
        try await self.check(["apply", "-f", "-"], input: String(decoding: list.json(), as: UTF8.self))
    }
}
