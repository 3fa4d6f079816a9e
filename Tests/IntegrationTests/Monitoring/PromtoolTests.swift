import ObjectModel
import TestSupport
import Testing

/// What Prometheus's own tools say of the files.
@Suite struct PromtoolTests {
    @Test("The rules are rules")
    func rules() async throws {
        let result = try await Promtool.run(["check", "rules", Promtool.path("rules.yaml")])
        #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
    }

    @Test("Each alert fires on what it is for, and on nothing else")
    func cases() async throws {
        let files = try Repository.files(below: "manifests/monitoring/tests").map(Repository.path)
        let result = try await Promtool.run(["test", "rules"] + files)
        #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
    }

    @Test(
        "The configuration is one, with its pods named in place of an API server, which Debian's Prometheus can't ask"
    )
    func configuration() async throws {
        let directory = try TemporaryDirectory()
        try directory.write(PrometheusConfiguration.quickRules(), to: "rules.yaml")
        let pod = MonitoredPod(server: "tproxy-relay", name: "relay-1", port: 9494)
        let file = try directory.write(PrometheusConfiguration.text(finding: [pod]), to: "prometheus.yaml")
        let result = try await Promtool.run(["check", "config", file])
        #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
    }

    @Test("The dashboard's queries are queries")
    func dashboard() async throws {
        let queries = try Dashboard.queries()
        #expect(queries.count > 60)
        let rules = queries.enumerated().map { number, query in
            ObjectValue.object(["record": .string("query_\(number)"), "expr": .string(query)])
        }
        let group = ObjectValue.object(["name": .string("dashboard"), "rules": .array(rules)])
        let directory = try TemporaryDirectory()
        let text = String(decoding: ObjectValue.object(["groups": .array([group])]).json(), as: UTF8.self)
        let result = try await Promtool.run(["check", "rules", directory.write(text, to: "rules.yaml")])
        #expect(result.succeeded, "\(result.output)\(result.errorOutput)")
    }
}
