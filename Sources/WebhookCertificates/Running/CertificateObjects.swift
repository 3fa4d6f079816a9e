import Kubernetes
import ObjectModel

/// Reads and writes the three objects through the API server.
struct CertificateObjects: Sendable {
    static let fieldManager = "tproxy-manager"

    let client: KubernetesClient
    let names: WebhookNames

    /// Reads the objects as they are now. It's their own `resourceVersion`s that tell whether they still are when a
    /// write arrives.
    ///
    /// - Returns: what was read, and the whole webhook configuration, for its lists can only be written as a whole.
    func read() async throws(KubernetesError) -> (observation: CertificateObservation, webhook: ObjectValue?) {
        async let authority = found(.secrets, names.authoritySecret, names.namespace)
        async let serving = found(.secrets, names.servingSecret, names.namespace)
        async let webhook = found(.validatingWebhookConfigurations, names.webhookConfiguration, nil)
        let (first, second, third) = (await authority, await serving, await webhook)
        let configuration = try third.get()
        let observation = CertificateObservation(
            authority: try first.get().map(SecretContent.init(reading:)),
            serving: try second.get().map(SecretContent.init(reading:)),
            webhook: configuration.map(WebhookContent.init(reading:))
        )
        return (observation, configuration)
    }

    /// - Throws: `conflict` or `alreadyExists` when the object isn't what it was when it was read.
    func perform(_ write: CertificateWrite, webhook: ObjectValue?) async throws(KubernetesError) {
        switch write {
        case .secret(let write): try await perform(write)
        case .publish(let write): try await perform(write, webhook)
        case .delete(let secret, let resourceVersion):
            try await client.delete(.secrets, name(of: secret), in: names.namespace, resourceVersion: resourceVersion)
        }
    }

    private func perform(_ write: SecretWrite) async throws(KubernetesError) {
        let name = name(of: write.secret)
        let data = write.data.mapValues { $0.map { .string(Base64.text($0)) } ?? ObjectValue.null }
        let annotations = write.annotations.mapValues { $0.map(ObjectValue.string) ?? .null }
        let labels = write.labels.mapValues(ObjectValue.string)
        guard let resourceVersion = write.resourceVersion else {
            let object: ObjectValue = .object([
                "metadata": .object([
                    "name": .string(name), "namespace": .string(names.namespace),
                    "labels": .object(
                        labels.merging(["app.kubernetes.io/part-of": .string("tproxy")]) { old, _ in old }
                    ),
                    "annotations": .object(annotations.filter { $0.value != .null }),
                ]),
                "type": .string(type(of: write.secret)), "data": .object(data.filter { $0.value != .null }),
            ])
            try await client.create(.secrets, object, fieldManager: Self.fieldManager)
            return
        }
        let patch: ObjectValue = .object([
            "metadata": .object([
                "resourceVersion": .string(resourceVersion), "labels": .object(labels),
                "annotations": .object(annotations),
            ]),
            "data": .object(data),
        ])
        try await client.mergePatch(.secrets, name, in: names.namespace, patch, fieldManager: Self.fieldManager)
    }

    private func perform(_ write: BundleWrite, _ webhook: ObjectValue?) async throws(KubernetesError) {
        let bundle = ObjectValue.string(Base64.text(write.bundle))
        let webhooks = (webhook?["webhooks"]?.arrayValue ?? []).map { entry -> ObjectValue in
            guard case .object(var members) = entry else { return entry }
            var client = members["clientConfig"]?.objectValue ?? [:]
            client["caBundle"] = bundle
            members["clientConfig"] = .object(client)
            return .object(members)
        }
        let patch: ObjectValue = .object([
            "metadata": .object([
                "resourceVersion": .string(write.resourceVersion),
                "annotations": .object(write.annotations.mapValues(ObjectValue.string)),
            ]),
            "webhooks": .array(webhooks),
        ])
        try await client.mergePatch(
            .validatingWebhookConfigurations,
            names.webhookConfiguration,
            patch,
            fieldManager: Self.fieldManager
        )
    }

    private func found(
        _ type: ResourceType,
        _ name: String,
        _ namespace: String?
    ) async -> Result<ObjectValue?, KubernetesError> {
        do {
            return .success(try await client.get(type, name, in: namespace))
        } catch {
            return error.code == .notFound ? .success(nil) : .failure(error)
        }
    }

    private func name(of secret: WebhookSecret) -> String {
        switch secret {
        case .authority: names.authoritySecret
        case .serving: names.servingSecret
        }
    }

    private func type(of secret: WebhookSecret) -> String {
        switch secret {
        case .authority: "Opaque"
        case .serving: "kubernetes.io/tls"
        }
    }
}
