import ObjectModel
import TestSupport
import Testing

@Suite("The dashboard")
struct DashboardTests {
    private let file = "manifests/monitoring/dashboard.json"

    private func panels() throws -> [ObjectValue] {
        try JSONReader.document(Repository.text(file)).value.items("panels")
    }

    @Test("Every query is about metrics that there are, by labels that they have")
    func queries() throws {
        let check = try QueryCheck()
        var count = 0
        for panel in try panels() {
            let title = try #require(panel["title"]?.stringValue)
            for target in panel.items("targets") {
                let query = try #require(target["expr"]?.stringValue)
                let labels = check.expect(query, in: title)
                for match in (target["legendFormat"]?.stringValue ?? "").matches(of: /\{\{([A-Za-z_]+)\}\}/) {
                    #expect(labels.contains(String(match.1)), "\(title): legend of \(query)")
                }
                #expect(target[path: "datasource", "uid"] == .string("${datasource}"), "\(title)")
                count += 1
            }
        }
        #expect(count > 60)
    }

    @Test("No metric is without a place")
    func complete() throws {
        let text = try Repository.text(file)
        // Prometheus has start times for its own use; restarts alert.
        let unused: Set = ["process_start_time_seconds"]
        for name in try MetricVocabulary.shared.families.keys where !unused.contains(name) {
            #expect(text.contains(name), "\(name)")
        }
    }

    @Test("Panels have numbers of their own and lie beside each other")
    func places() throws {
        let panels = try panels()
        #expect(Set(panels.compactMap { $0["id"]?.integerValue }).count == panels.count)
        var taken: Set<[Int]> = []
        for panel in panels {
            let place = try #require(panel["gridPos"])
            func number(_ name: String) throws -> Int { try #require(place[name]?.integerValue) }
            let (left, top, width, height) = try (number("x"), number("y"), number("w"), number("h"))
            #expect(left >= 0 && left + width <= 24)
            for column in left..<left + width {
                for line in top..<top + height {
                    #expect(taken.insert([column, line]).inserted, "\(panel["title"]?.stringValue ?? "")")
                }
            }
        }
    }

    @Test("It can be chosen which Prometheus, namespace and Destination are shown")
    func variables() throws {
        let dashboard = try JSONReader.document(Repository.text(file)).value
        #expect(
            dashboard.items("templating", "list").map { $0["name"] } == [
                .string("datasource"), .string("namespace"), .string("destination"),
            ]
        )
        #expect(dashboard["uid"] == .string("tproxy"))
    }

    @Test("It fits into what kubectl apply remembers of a ConfigMap, and Grafana's sidecar finds it")
    func configMap() throws {
        #expect(try Repository.text(file).utf8.count < 200_000)
        let kustomization = try #require(Manifest.read("manifests/monitoring/kustomization.yaml").first?.object)
        let maps = kustomization.items("configMapGenerator")
        #expect(maps.flatMap { $0.texts("files") } == ["tproxy.json=dashboard.json"])
        #expect(kustomization[path: "generatorOptions", "labels", "grafana_dashboard"] == .string("1"))
        #expect(kustomization[path: "generatorOptions", "disableNameSuffixHash"] == .bool(true))
    }
}
