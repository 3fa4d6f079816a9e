import ObjectModel
import TestSupport

/// The queries of `manifests/monitoring/dashboard.json`.
enum Dashboard {
    /// All of them, as Grafana would send them for all namespaces and Destinations.
    static func queries() throws -> [String] {
        let dashboard = try JSONReader.document(Repository.text("manifests/monitoring/dashboard.json")).value
        let targets = (dashboard["panels"]?.arrayValue ?? []).flatMap { $0["targets"]?.arrayValue ?? [] }
        return targets.compactMap { target in
            target["expr"]?.stringValue?.replacing("$namespace", with: ".*").replacing("$destination", with: ".*")
                .replacing("$__rate_interval", with: "5m")
        }
    }
}
