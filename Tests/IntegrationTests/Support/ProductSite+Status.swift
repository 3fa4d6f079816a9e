import Kubernetes
import ObjectModel

extension ProductSite {
    /// The status of a Destination, once it is as asked.
    @discardableResult
    func status(
        _ what: String,
        of name: String,
        in namespace: String,
        _ condition: (ObjectValue) -> Bool
    ) async throws -> ObjectValue {
        try await eventually("the status to say \(what)", within: .seconds(60)) {
            let object = try await self.client.get(.destinations, name, in: namespace)
            return object["status"].flatMap { condition($0) ? $0 : nil }
        }
    }

    /// Waits for a tenant's entry with a reason.
    func reason(_ reason: String, of name: String, in namespace: String, tenant: String? = nil) async throws {
        try await self.status(reason, of: name, in: namespace) { status in
            status["tenants"]?.arrayValue?.contains {
                $0["tenant"]?.stringValue == tenant && $0["reason"]?.stringValue == reason
            } == true
        }
    }
}
