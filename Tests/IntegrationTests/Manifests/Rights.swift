import ObjectModel
import Testing

/// What an account may do in a namespace.
struct Rights: Sendable, CustomTestStringConvertible {
    let account: String
    let namespace: String
    /// Sorted lines of verb, resource and, where it is restricted to one, name.
    let granted: [String]

    var testDescription: String { "\(account) in \(namespace)" }

    static let all = [
        Rights(account: "tproxy-admission", namespace: "tproxy-system", granted: destinations),
        Rights(account: "tproxy-admission", namespace: "default", granted: destinations),
        Rights(account: "tproxy-manager", namespace: "tproxy-system", granted: (home + everywhere).sorted()),
        Rights(account: "tproxy-manager", namespace: "default", granted: everywhere.sorted()),
        Rights(account: "tproxy-relay", namespace: "tproxy-system", granted: routes.sorted()),
        Rights(account: "tproxy-relay", namespace: "default", granted: []),
    ]

    private static let destinations = ["list", "watch"].map {
        "\($0) destinations.destination.connectivity.api.sap"
    }

    private static let routes =
        ["get", "list", "watch"].map { "\($0) secrets dest-service-binding" }
        + ["list", "watch"].map { "\($0) services" }

    /// What the manager may do in all namespaces.
    private static let everywhere =
        destinations + webhook + ["get destinations.destination.connectivity.api.sap"]
        + ["patch destinations/status.destination.connectivity.api.sap"] + all(of: "services")
        + ["get", "list", "watch"].map { "\($0) namespaces" }
        + ["create", "patch"].map { "\($0) events.events.k8s.io" }

    private static func all(of resource: String) -> [String] {
        ["create", "delete", "get", "list", "patch", "watch"].map { "\($0) \(resource)" }
    }

    private static let webhook = ["get", "list", "patch", "watch"].map {
        "\($0) validatingwebhookconfigurations.admissionregistration.k8s.io tproxy-admission"
    }

    private static let home =
        ["create secrets", "create leases.coordination.k8s.io"]
        + ["delete", "get", "list", "patch", "watch"].flatMap {
            ["\($0) secrets tproxy-admission-ca", "\($0) secrets tproxy-admission-tls"]
        }
        + ["get", "update"].map { "\($0) leases.coordination.k8s.io tproxy-manager" }
        + all(of: "networkpolicies.networking.k8s.io") + ["list", "watch"].map { "\($0) pods" }

    /// The lines of a SelfSubjectRulesReview, without what everybody who is authenticated may do.
    static func lines(of review: ObjectValue) throws -> [String] {
        let status = try #require(review["status"])
        let everybodys: Set = [
            "selfsubjectaccessreviews.authorization.k8s.io", "selfsubjectrulesreviews.authorization.k8s.io",
            "selfsubjectreviews.authentication.k8s.io",
        ]
        func texts(_ rule: ObjectValue, _ name: String) -> [String] {
            (rule[name]?.arrayValue ?? []).compactMap(\.stringValue)
        }
        let lines = (status["resourceRules"]?.arrayValue ?? []).flatMap { rule in
            texts(rule, "apiGroups").flatMap { group in
                texts(rule, "resources").map { group.isEmpty ? $0 : "\($0).\(group)" }
            }.filter { !everybodys.contains($0) }.flatMap { resource in
                texts(rule, "verbs").flatMap { verb in
                    let names = texts(rule, "resourceNames")
                    return names.isEmpty ? ["\(verb) \(resource)"] : names.map { "\(verb) \(resource) \($0)" }
                }
            }
        }
        return Set(lines).sorted()
    }
}
