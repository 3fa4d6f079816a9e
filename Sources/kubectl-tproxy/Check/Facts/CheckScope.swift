/// Where a check looks.
struct CheckScope: Hashable, Sendable {
    /// Where the product is installed.
    var systemNamespace = SystemNamespaceOption.usual
    /// What the ValidatingWebhookConfiguration is called.
    var webhookConfiguration = "tproxy-admission"
    /// The Destinations whose routes are tried; none for all of the namespace.
    var names: [String] = []
    /// Whether the Destinations of all namespaces are meant.
    var allNamespaces = false
    /// How many routes are tried at most.
    var mostTrials = 10

    static let lease = "tproxy-manager"
    static let configMap = "tproxy-config"
}
