internal import HTTPTransport
public import ObjectModel

/// What a deletion has come to.
public enum Deletion: Hashable, Sendable {
    /// There was no such object.
    case absent
    /// The object is gone.
    case done
    /// The object is as it says, on its way out: its finalizers or its grace period keep it.
    case pending(ObjectValue)
}

extension KubernetesClient {
    /// Deletes an object, or has it deleted once its finalizers are done; what belongs to it goes afterwards.
    ///
    /// - Parameters:
    ///   - uid: Fails with `conflict` if the object has another one, being a later one of the same name.
    ///   - resourceVersion: Fails with `conflict` if the object has been changed since.
    ///   - dryRun: Everything is checked and nothing deleted.
    @discardableResult
    public func delete(
        _ type: ResourceType,
        _ name: String,
        in namespace: String? = nil,
        uid: String? = nil,
        resourceVersion: String? = nil,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> Deletion {
        let path = try ResourcePath(type, namespace: namespace, name: name)
        var options: [String: ObjectValue] = [
            "apiVersion": .string("v1"), "kind": .string("DeleteOptions"),
            "propagationPolicy": .string("Background"),
        ]
        var preconditions: [String: ObjectValue] = [:]
        if let uid { preconditions["uid"] = .string(uid) }
        if let resourceVersion { preconditions["resourceVersion"] = .string(resourceVersion) }
        if !preconditions.isEmpty { options["preconditions"] = .object(preconditions) }
        if dryRun { options["dryRun"] = .array([.string("All")]) }
        var request = APIRequest(.delete, path.text, operation: Self.named("delete", type, name, namespace))
        request.body = .object(options)
        do {
            let answer = try await execute(request)
            return answer.metadata.isBeingDeleted ? .pending(answer) : .done
        } catch {
            guard error.code == .notFound else { throw error }
            return .absent
        }
    }
}
