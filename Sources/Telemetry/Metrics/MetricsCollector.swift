/// Takes the readings for one exposition. Sources come in any order; the lines of each family are kept together.
public struct MetricsCollector {
    /// The lines of each family, by its index.
    private var lines: [[UInt8]]

    init(familyCount: Int) {
        self.lines = Array(repeating: [], count: familyCount)
    }

    /// Adds a metric's reading.
    ///
    /// - Parameters:
    ///   - family: The family that the metric belongs to.
    ///   - labels: Values for the family's first labels.
    ///   - more: Values for the family's labels after those.
    ///   - metric: What to read.
    public mutating func add<Value: Metric>(
        _ family: MetricFamily<Value>,
        _ labels: MetricLabels = .none,
        _ more: String...,
        metric: Value
    ) {
        append(metric.reading, family.descriptor, labels, more)
    }

    /// Adds a value computed on the spot.
    public mutating func add(
        _ family: MetricFamily<Gauge>,
        _ labels: MetricLabels = .none,
        _ more: String...,
        value: Double
    ) {
        append(.number(value), family.descriptor, labels, more)
    }

    /// Adds a value computed on the spot, which must never be smaller than the last.
    public mutating func add(
        _ family: MetricFamily<Counter>,
        _ labels: MetricLabels = .none,
        _ more: String...,
        value: Double
    ) {
        append(.number(value), family.descriptor, labels, more)
    }

    /// The lines of one family without its header, which are then forgotten, so that they are not held twice.
    mutating func takeLines(of descriptor: MetricDescriptor) -> [UInt8] {
        var taken: [UInt8] = []
        swap(&taken, &lines[descriptor.index])
        return taken
    }

    private mutating func append(
        _ reading: MetricReading,
        _ descriptor: MetricDescriptor,
        _ labels: MetricLabels,
        _ more: [String]
    ) {
        assert(labels.count + more.count == descriptor.labelNames.count, "\(descriptor.name): wrong number of labels")
        // A family registered after this exposition was begun is left to the next one.
        guard descriptor.index < lines.count else { return }
        var text = labels.text
        for (name, value) in zip(descriptor.labelNames.dropFirst(labels.count), more) {
            text += (text.isEmpty ? "" : ",") + ExpositionFormat.label(name, value)
        }
        let name = descriptor.name
        switch reading {
        case .count(let value):
            appendSample(name, text, value.description, at: descriptor.index)
        case .level(let value):
            appendSample(name, text, value.description, at: descriptor.index)
        case .number(let value):
            appendSample(name, text, ExpositionFormat.number(value), at: descriptor.index)
        case .distribution(let histogram):
            let comma = text.isEmpty ? "" : ","
            var cumulative: UInt64 = 0
            for (label, count) in zip(histogram.labels, histogram.counts) {
                cumulative &+= count
                let labels = "\(text)\(comma)le=\"\(label)\""
                appendSample(name + "_bucket", labels, cumulative.description, at: descriptor.index)
            }
            appendSample(name + "_sum", text, ExpositionFormat.number(histogram.sum), at: descriptor.index)
            appendSample(name + "_count", text, cumulative.description, at: descriptor.index)
        }
    }

    private mutating func appendSample(_ name: String, _ labels: String, _ value: String, at index: Int) {
        lines[index].append(contentsOf: name.utf8)
        if !labels.isEmpty {
            lines[index].append(UInt8(ascii: "{"))
            lines[index].append(contentsOf: labels.utf8)
            lines[index].append(UInt8(ascii: "}"))
        }
        lines[index].append(UInt8(ascii: " "))
        lines[index].append(contentsOf: value.utf8)
        lines[index].append(UInt8(ascii: "\n"))
    }
}
