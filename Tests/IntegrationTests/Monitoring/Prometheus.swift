import FoundationEssentials
import ObjectModel

/// A Prometheus of a test's own, of Debian's package.
final class Prometheus: Sendable {
    let process: ChildProcess
    private let directory: TemporaryDirectory
    private let url: String

    /// Starts one, without waiting for anything.
    init(_ pods: [MonitoredPod]) throws {
        let port = try LoopbackPorts.free()
        self.url = "http://127.0.0.1:\(port)"
        self.directory = try TemporaryDirectory()
        try self.directory.write(PrometheusConfiguration.quickRules(), to: "rules.yaml")
        let configuration = try self.directory.write(
            PrometheusConfiguration.text(finding: pods),
            to: "prometheus.yaml"
        )
        self.process = try ChildProcess(
            ["/usr/bin/env", "prometheus", "--config.file", configuration]
                + ["--storage.tsdb.path", self.directory.path("data"), "--web.listen-address", "127.0.0.1:\(port)"]
                + ["--log.level", "warn"]
        )
    }

    /// Starts one, lets `body` use it once it answers, and ends it.
    static func run<Result>(
        _ pods: [MonitoredPod],
        _ body: (Prometheus) async throws -> Result
    ) async throws -> Result {
        let prometheus = try Prometheus(pods)
        do {
            try await eventually("Prometheus to be ready", within: .seconds(60)) { () -> Void? in
                if let status = prometheus.process.exitStatus {
                    throw Ended(status: status, log: prometheus.process.errorOutput)
                }
                return (try? await HTTP.get(prometheus.url + "/-/ready")) == nil ? nil : ()
            }
            let result = try await body(prometheus)
            await prometheus.process.stop()
            return result
        } catch {
            await prometheus.process.stop()
            throw error
        }
    }

    struct Ended: Error {
        let status: ExitStatus
        let log: String
    }

    /// A series and its value.
    struct Sample {
        let labels: [String: String]
        let value: Double
    }

    /// What a query gives at this moment.
    func query(_ query: String) async throws -> [Sample] {
        let data = try await self.get("query", ["query=\(query)"])
        return (data["result"]?.arrayValue ?? []).map { item in
            let value = item["value"]?.arrayValue?.last?.stringValue
            return Sample(labels: Self.texts(item["metric"]), value: value.flatMap { Double($0) } ?? .nan)
        }
    }

    /// The labels of the alerts that fire, with their annotations.
    func firing() async throws -> [(labels: [String: String], annotations: [String: String])] {
        let alerts = try await self.get("alerts")["alerts"]?.arrayValue ?? []
        return alerts.filter { $0["state"] == .string("firing") }
            .map { (Self.texts($0["labels"]), Self.texts($0["annotations"])) }
    }

    /// The rules with what became of their last evaluation.
    func rules() async throws -> [ObjectValue] {
        (try await self.get("rules")["groups"]?.arrayValue ?? []).flatMap { $0["rules"]?.arrayValue ?? [] }
    }

    /// Those that it looks at, and how many it has found and leaves alone.
    func targets() async throws -> (active: [ObjectValue], dropped: Int) {
        let data = try await self.get("targets")
        return (data["activeTargets"]?.arrayValue ?? [], data["droppedTargets"]?.arrayValue?.count ?? 0)
    }

    private func get(_ path: String, _ parameters: [String] = []) async throws -> ObjectValue {
        let text = try await ProcessRunner.check(
            ["/usr/bin/curl", "--silent", "--show-error", "--noproxy", "*", "--get"]
                + parameters.flatMap { ["--data-urlencode", $0] } + ["\(self.url)/api/v1/\(path)"]
        )
        let answer = try JSONReader.document(text).value
        guard answer["status"] == .string("success"), let data = answer["data"] else { throw Refused(answer: text) }
        return data
    }

    struct Refused: Error {
        let answer: String
    }

    private static func texts(_ object: ObjectValue?) -> [String: String] {
        (object?.objectValue ?? [:]).compactMapValues(\.stringValue)
    }
}
