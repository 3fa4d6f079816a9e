/// What all the series of one family have in common.
struct MetricDescriptor: Sendable {
    /// The family's place in the registry, in the order of registration.
    let index: Int
    let name: String
    let help: String
    let kind: MetricKind
    let labelNames: [String]

    /// - Throws: `MetricsError` if a name breaks the data model's grammar or the naming conventions, which `promtool
    ///   check metrics` checks too.
    init(index: Int, name: String, help: String, kind: MetricKind, labelNames: [String]) throws(MetricsError) {
        guard MetricGrammar.isMetricName(name) else {
            throw MetricsError(.invalidName, "'\(name)' is no metric name: use letters, digits, '_' and ':'")
        }
        guard (kind == .counter) == name.hasSuffix("_total") else {
            throw MetricsError(.invalidName, "'\(name)': the names of counters, and of no others, end in _total")
        }
        guard !["_bucket", "_count", "_sum"].contains(where: name.hasSuffix) else {
            throw MetricsError(.invalidName, "'\(name)': the endings _bucket, _count and _sum belong to histograms")
        }
        try MetricGrammar.checkLabelNames(labelNames)
        self.index = index
        self.name = name
        self.help = help
        self.kind = kind
        self.labelNames = labelNames
    }

    /// The `# HELP` and `# TYPE` lines.
    func appendHeader(to output: inout [UInt8]) {
        output.append(contentsOf: "# HELP \(name) ".utf8)
        ExpositionFormat.appendHelp(help, to: &output)
        output.append(contentsOf: "\n# TYPE \(name) \(kind.rawValue)\n".utf8)
    }
}
