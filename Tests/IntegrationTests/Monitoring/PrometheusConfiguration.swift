import ObjectModel
import TestSupport
import YAML

/// A pod, as Prometheus would find it at an API server.
struct MonitoredPod: Sendable {
    /// The server's name, such as `tproxy-relay`.
    var server: String
    var name: String
    var portName = "metrics"
    var address = "127.0.0.1"
    var port: Int
    var phase = "Running"
}

/// The configuration of `manifests/monitoring` for servers that are processes of this machine.
///
/// Debian's Prometheus can't ask an API server, so the test says what that would say; what becomes of it is up to the
/// rules of the configuration itself. And where it looks every half minute, here it does every second, as no test has
/// quarters of an hour.
enum PrometheusConfiguration {
    struct Mismatch: Error {
        let missing: String
    }

    /// The configuration file. The rules are in `rules.yaml` beside it.
    static func text(finding pods: [MonitoredPod]) throws -> String {
        let text = try Repository.text("manifests/monitoring/prometheus.yaml")
        guard let document = try YAML.documents(in: text).first,
            case .object(var configuration) = ObjectDocument(document).value,
            let jobs = configuration["scrape_configs"]?.arrayValue, jobs.count == 1, case .object(var job) = jobs[0],
            job.removeValue(forKey: "kubernetes_sd_configs") != nil
        else { throw Mismatch(missing: "job that finds pods") }
        job["static_configs"] = .array(pods.map(Self.target))
        configuration["scrape_configs"] = .array([.object(job)])
        configuration["global"] = .object([
            "scrape_interval": .string("1s"), "scrape_timeout": .string("1s"), "evaluation_interval": .string("1s"),
        ])
        return String(decoding: ObjectValue.object(configuration).json(), as: UTF8.self)
    }

    private static func target(_ pod: MonitoredPod) -> ObjectValue {
        let labels = [
            "namespace": "tproxy-system", "pod_name": pod.name, "pod_phase": pod.phase,
            "pod_container_port_name": pod.portName, "pod_label_app_kubernetes_io_name": pod.server,
        ]
        return .object([
            "targets": .array([.string("\(pod.address):\(pod.port)")]),
            "labels": .object(
                Dictionary(uniqueKeysWithValues: labels.map { ("__meta_kubernetes_\($0.key)", .string($0.value)) })
            ),
        ])
    }

    /// The rules, with seconds for minutes, and alerts that wait for one second only.
    static func quickRules() throws -> String {
        var text = try Repository.text("manifests/monitoring/rules.yaml")
        for minutes in Set(text.matches(of: /(\d+)m\b/).map { String($0.1) }) {
            text = text.replacing("[\(minutes)m]", with: "[\(minutes)s]")
                .replacing("offset \(minutes)m", with: "offset \(minutes)s").replacing(
                    "for: \(minutes)m",
                    with: "for: 1s"
                )
        }
        return text
    }
}
