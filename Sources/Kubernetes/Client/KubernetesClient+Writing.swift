internal import HTTPTransport
public import ObjectModel

extension KubernetesClient {
    /// Makes an object.
    ///
    /// - Parameters:
    ///   - object: The object; `apiVersion` and `kind` are added where they are missing.
    ///   - fieldManager: Who is noted as the owner of its fields.
    ///   - dryRun: Everything is checked, webhooks included, and nothing stored.
    /// - Returns: The object as it was stored.
    /// - Throws: `KubernetesError`, among them `alreadyExists` and `invalid`.
    @discardableResult
    public func create(
        _ type: ResourceType,
        _ object: ObjectValue,
        fieldManager: String? = nil,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        let target = try Target(type, object)
        var request = APIRequest(
            .post,
            try ResourcePath(type, namespace: target.namespace).text,
            operation: Self.named("create", type, object.metadata.name, target.namespace)
        )
        request.body = target.object
        return try await write(request, type, fieldManager, dryRun)
    }

    /// Replaces an object. With `metadata.resourceVersion` that fails with `conflict` if someone changed it meanwhile.
    @discardableResult
    public func replace(
        _ type: ResourceType,
        _ object: ObjectValue,
        fieldManager: String? = nil,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        let target = try Target(type, object)
        var request = APIRequest(
            .put,
            try target.path(type),
            operation: Self.named("replace", type, object.metadata.name, target.namespace)
        )
        request.body = target.object
        return try await write(request, type, fieldManager, dryRun)
    }

    /// Server-side apply: sees to it that the fields given have the values given, and that those that were given last
    /// time and aren't now are gone. Makes the object if there is none.
    ///
    /// - Parameters:
    ///   - object: Name, namespace and the fields that are ours.
    ///   - fieldManager: Who owns the fields; the same each time.
    ///   - force: Takes fields from other managers rather than fail with `conflict`.
    ///   - dryRun: Everything is checked, webhooks included, and nothing stored.
    /// - Returns: The whole object as it was stored.
    @discardableResult
    public func apply(
        _ type: ResourceType,
        _ object: ObjectValue,
        fieldManager: String,
        force: Bool = false,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        try await apply(type, object, nil, fieldManager, force, dryRun)
    }

    /// Server-side apply of the object's `status`.
    @discardableResult
    public func applyStatus(
        _ type: ResourceType,
        _ object: ObjectValue,
        fieldManager: String,
        force: Bool = false,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        try await apply(type, object, "status", fieldManager, force, dryRun)
    }

    /// Merges a patch into an object (RFC 7386): members given are set, those that are `null` removed, arrays replaced.
    ///
    /// With `metadata.resourceVersion` in the patch that fails with `conflict` if someone changed the object meanwhile.
    @discardableResult
    public func mergePatch(
        _ type: ResourceType,
        _ name: String,
        in namespace: String? = nil,
        _ patch: ObjectValue,
        fieldManager: String? = nil,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        try await mergePatch(type, name, namespace, nil, patch, fieldManager, dryRun)
    }

    /// Merges a patch into an object's status; what it holds outside `status` is ignored by the server.
    @discardableResult
    public func patchStatus(
        _ type: ResourceType,
        _ name: String,
        in namespace: String? = nil,
        _ patch: ObjectValue,
        fieldManager: String? = nil,
        dryRun: Bool = false
    ) async throws(KubernetesError) -> ObjectValue {
        try await mergePatch(type, name, namespace, "status", patch, fieldManager, dryRun)
    }

    private func apply(
        _ type: ResourceType,
        _ object: ObjectValue,
        _ subresource: String?,
        _ fieldManager: String,
        _ force: Bool,
        _ dryRun: Bool
    ) async throws(KubernetesError) -> ObjectValue {
        let target = try Target(type, object)
        var request = APIRequest(
            .patch,
            try target.path(type, subresource),
            operation: Self.named("apply", type, object.metadata.name, target.namespace)
        )
        // Every JSON text is a YAML text.
        request.contentType = "application/apply-patch+yaml"
        request.body = target.object
        if force { request.add("force", "true") }
        return try await write(request, type, fieldManager, dryRun)
    }

    private func mergePatch(
        _ type: ResourceType,
        _ name: String,
        _ namespace: String?,
        _ subresource: String?,
        _ patch: ObjectValue,
        _ fieldManager: String?,
        _ dryRun: Bool
    ) async throws(KubernetesError) -> ObjectValue {
        let path = try ResourcePath(type, namespace: namespace, name: name, subresource: subresource)
        var request = APIRequest(.patch, path.text, operation: Self.named("patch", type, name, namespace))
        request.contentType = "application/merge-patch+json"
        request.body = patch
        return try await write(request, type, fieldManager, dryRun)
    }

    private func write(
        _ request: APIRequest,
        _ type: ResourceType,
        _ fieldManager: String?,
        _ dryRun: Bool
    ) async throws(KubernetesError) -> ObjectValue {
        var request = request
        request.add("fieldManager", fieldManager)
        if dryRun { request.add("dryRun", "All") }
        request.mayQuoteSecrets = type == .secrets
        return try await execute(request)
    }
}

/// An object that is to be written, and where to.
private struct Target {
    let namespace: String?
    let object: ObjectValue

    /// - Throws: `invalidRequest`.
    init(_ type: ResourceType, _ object: ObjectValue) throws(KubernetesError) {
        guard case .object(var members) = object else {
            throw .invalidRequest("what is to be written is no object")
        }
        if members["kind"] == nil { members["kind"] = .string(type.kind) }
        if members["apiVersion"] == nil { members["apiVersion"] = .string(type.apiVersion) }
        let namespace = object.metadata.namespace
        self.namespace = namespace.isEmpty ? nil : namespace
        self.object = .object(members)
        guard !type.isNamespaced || self.namespace != nil else {
            throw .invalidRequest("\(type) live in a namespace; metadata.namespace names none")
        }
    }

    func path(_ type: ResourceType, _ subresource: String? = nil) throws(KubernetesError) -> String {
        try ResourcePath(type, namespace: namespace, name: object.metadata.name, subresource: subresource).text
    }
}
