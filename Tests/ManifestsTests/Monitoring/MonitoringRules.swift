import ObjectModel
import TestSupport
import Testing
import YAML

/// A rule of `manifests/monitoring/rules.yaml`.
struct MonitoringRule: CustomStringConvertible {
    let record: String?
    let alert: String?
    let expression: String
    let labels: [String: String]
    let annotations: [String: String]

    var description: String { alert ?? record ?? "a rule without a name" }
}

/// What is recorded and alerted.
enum MonitoringRules {
    static let file = "manifests/monitoring/rules.yaml"
    static let operatorFile = "manifests/monitoring/operator/rules.yaml"

    static func all() throws -> [MonitoringRule] {
        try groups().flatMap { group in try group.items("rules").map(rule) }
    }

    static func alerts() throws -> [MonitoringRule] { try all().filter { $0.alert != nil } }

    private static func groups() throws -> [ObjectValue] {
        let documents = try YAML.documents(in: Repository.text(file))
        return ObjectDocument(try #require(documents.first)).value.items("groups")
    }

    private static func rule(_ object: ObjectValue) throws -> MonitoringRule {
        func texts(_ name: String) -> [String: String] {
            (object[name]?.objectValue ?? [:]).compactMapValues(\.stringValue)
        }
        return MonitoringRule(
            record: object["record"]?.stringValue,
            alert: object["alert"]?.stringValue,
            expression: try #require(object["expr"]?.stringValue),
            labels: texts("labels"),
            annotations: texts("annotations")
        )
    }

    /// The resource of the Prometheus operator with the same groups.
    static func operatorResource() throws -> String {
        let text = try Repository.text(file)
        let groups = try #require(text.firstRange(of: "\ngroups:")).lowerBound
        let lines = text[groups...].dropFirst().split(separator: "\n", omittingEmptySubsequences: false)
        let indented = lines.map { $0.isEmpty ? "" : "  \($0)" }.joined(separator: "\n")
        return """
            # Made of ../rules.yaml by `make docs`; edit that.
            apiVersion: monitoring.coreos.com/v1
            kind: PrometheusRule
            metadata:
              name: tproxy
              namespace: tproxy-system
              labels:
                app.kubernetes.io/name: tproxy
                app.kubernetes.io/component: monitoring
                app.kubernetes.io/part-of: tproxy
            spec:
            \(indented)
            """
    }
}
