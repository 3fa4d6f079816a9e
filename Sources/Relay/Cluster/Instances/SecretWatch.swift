import Kubernetes

/// Watches one Secret by its name, which takes rights to no other.
struct SecretWatch: Sendable {
    let client: KubernetesClient
    let key: ObjectKey

    /// Tells what becomes of the Secret until the task is cancelled. When the API server isn't heard of, what was known
    /// stays so.
    func run(_ tell: @Sendable (SecretState) async -> Void) async {
        var cache = ObjectCache<SecretContent> { SecretContent($0) }
        var told = SecretState.unread
        for await event in client.watch(.secrets, in: key.namespace, fields: "metadata.name=\(key.name)") {
            _ = cache.receive(event)
            var state = told
            if let content = cache[key] {
                state = .present(content)
            } else if cache.isSynced {
                state = .missing
            } else if let error = cache.interruption {
                state = .unreadable(reason: "\(error)")
            }
            guard state != told else { continue }
            told = state
            await tell(state)
        }
    }
}
