import TestSupport
import Testing

@Suite("What is alerted")
struct RulesTests {
    @Test("The rules for the Prometheus operator are the same")
    func operatorRules() throws {
        #expect(
            try Repository.holds(MonitoringRules.operatorResource(), in: MonitoringRules.operatorFile),
            "run make docs"
        )
        #expect(try Manifest.read(MonitoringRules.operatorFile).map(\.kind) == ["PrometheusRule"])
    }

    @Test("Every query is about metrics that there are, by labels that they have")
    func queries() throws {
        let check = try QueryCheck()
        for rule in try MonitoringRules.all() {
            let labels = check.expect(rule.expression, in: "\(rule)")
            for (name, text) in rule.annotations {
                for match in text.matches(of: /\$labels\.([A-Za-z_]+)/) {
                    #expect(labels.contains(String(match.1)), "\(rule): \(name) speaks of \(match.1)")
                }
            }
        }
    }

    @Test("Every alert says how bad it is, what it is about, and where to read on")
    func alerts() throws {
        let alerts = try MonitoringRules.alerts()
        #expect(alerts.count > 20)
        #expect(Set(alerts.map(\.description)).count == alerts.count)
        for alert in alerts {
            #expect(alert.description.hasPrefix("Tproxy"))
            #expect(["critical", "warning"].contains(alert.labels["severity"]), "\(alert)")
            #expect(alert.annotations.keys.sorted() == ["description", "runbook", "summary"], "\(alert)")
            for text in [alert.annotations["summary"], alert.annotations["description"]] {
                #expect(text?.hasSuffix(".") == true, "\(alert)")
            }
            // Whoever's mail is concerned is named.
            let grouping = QueryReading(alert.expression).groupings
            for label in ["namespace", "destination", "tenant"] where grouping.contains(label) {
                guard alert.description != "TproxyMailFailingForMany" else { continue }
                #expect(alert.annotations["description"]?.contains("$labels.\(label)") == true, "\(alert): \(label)")
            }
        }
    }

    @Test("Every alert is tried")
    func tried() throws {
        let files = try Repository.files(below: "manifests/monitoring/tests")
        #expect(!files.isEmpty)
        let tests = try files.map(Repository.text).joined()
        for alert in try MonitoringRules.alerts() {
            #expect(tests.contains(#"alertname="\#(alert)""#), "\(alert)")
        }
    }
}
