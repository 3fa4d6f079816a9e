import ObjectModel

/// The annotation that lists tenants.
enum TenantAnnotation {
    /// Its text for a list of tenants.
    static func text(_ tenants: [String]) -> String {
        let items = tenants.map { String(decoding: ObjectValue.string($0).json(), as: UTF8.self) }
        return "[\(items.joined(separator: ", "))]"
    }
}
