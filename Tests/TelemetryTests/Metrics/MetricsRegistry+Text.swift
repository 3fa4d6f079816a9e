import Telemetry

extension MetricsRegistry {
    /// The exposition as text.
    var text: String {
        String(decoding: render(), as: UTF8.self)
    }

    /// The lines of the exposition without comments.
    var samples: [String] {
        text.split(separator: "\n").filter { !$0.hasPrefix("#") }.map(String.init)
    }
}
