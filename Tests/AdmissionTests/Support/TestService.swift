import Configuration
import DestinationRules
import Logging
import ServerSupport
import Telemetry
import TestSupport

@testable import Admission

/// The judging part of a server, with one instance, which is the default.
struct TestService {
    let registry = MetricsRegistry()
    let metrics: AdmissionMetrics
    let known = KnownDestinations()
    let settings: LiveConfiguration
    let log = LogCollector()
    let service: ReviewService

    init(defaultInstance: String? = "dest-service", limits: ServingLimits = ServingLimits()) throws {
        var configuration = ServerConfiguration()
        configuration.instances = [DestinationInstance(name: "dest-service", source: .directory("/nowhere"))]
        configuration.defaultInstance = defaultInstance
        settings = LiveConfiguration(configuration)
        metrics = try AdmissionMetrics(registry)
        service = ReviewService(
            known: known,
            settings: settings,
            metrics: metrics,
            limits: limits,
            logger: log.logger
        )
    }

    /// A line of the metrics, by its beginning, without that.
    func metric(_ name: String) -> String? {
        String(decoding: registry.render(), as: UTF8.self).split(separator: "\n")
            .first { $0.hasPrefix("\(name) ") }.map { String($0.dropFirst(name.count + 1)) }
    }
}
