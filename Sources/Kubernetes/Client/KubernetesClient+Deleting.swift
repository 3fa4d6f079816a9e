internal import HTTPTransport
internal import ObjectModel

/// What becomes of the objects that belong to a deleted one.
public enum DeletionPropagation: String, Sendable {
    /// They go afterwards.
    case background = "Background"
    /// They go first.
    case foreground = "Foreground"
    /// They stay.
    case orphan = "Orphan"
}

extension KubernetesClient {
    /// Deletes an object, or has it deleted once its finalizers are done.
    ///
    /// - Parameters:
    ///   - uid: Fails with `conflict` if the object has another one, being a later one of the same name.
    ///   - resourceVersion: Fails with `conflict` if the object has been changed since.
    ///   - dryRun: Everything is checked and nothing deleted.
    /// - Returns: Whether there was such an object.
    @discardableResult
    public func delete(
        _ type: ResourceType,
        _ name: String,
        in namespace: String? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil,
        propagation: DeletionPropagation = .background,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> Bool {
        let path = try ResourcePath(type, namespace: namespace, name: name)
        var options: [String: ObjectValue] = [
            "apiVersion": .string("v1"), "kind": .string("DeleteOptions"),
            "propagationPolicy": .string(propagation.rawValue),
        ]
        var preconditions: [String: ObjectValue] = [:]
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { options["preconditions"] = .object(preconditions) }
        if dryRun { options["dryRun"] = .array([.string("All")]) }
        var request = APIRequest(.delete, path.text, operation: Self.named("delete", type, name, namespace))
        request.body = .object(options)
        do {
            _ = try await execute(request)
            return true
        } catch {
            guard error.code == .notFound else { throw error }
            return false
        }
    }
}
