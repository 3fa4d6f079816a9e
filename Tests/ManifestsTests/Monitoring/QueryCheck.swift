import Testing

/// Compares queries with the metrics that there are.
struct QueryCheck {
    /// What the rules record, and the labels that these have.
    static let recordedLabels: Set = ["namespace", "destination", "tenant", "reason", "outcome"]
    /// Prometheus's own.
    private static let builtIn: [String: Set<String>] = [
        "up": MetricVocabulary.targetLabels, "ALERTS": ["alertname", "alertstate", "severity"],
    ]

    let vocabulary: MetricVocabulary
    let recorded: Set<String>

    init() throws {
        vocabulary = try MetricVocabulary.shared
        recorded = try Set(MonitoringRules.all().compactMap(\.record))
    }

    /// Expects that every metric of a query is there, with the labels and values by which the query selects and groups.
    /// - Returns: all labels that its series can have.
    @discardableResult
    func expect(
        _ query: String,
        in place: String,
        sourceLocation: SourceLocation = #_sourceLocation
    ) -> Set<String> {
        let reading = QueryReading(query)
        #expect(!reading.selectors.isEmpty, "\(place): \(query)", sourceLocation: sourceLocation)
        var all = reading.made
        for selector in reading.selectors {
            guard let labels = labels(of: selector.metric) else {
                Issue.record("\(place): there is no metric \(selector.metric)", sourceLocation: sourceLocation)
                continue
            }
            all.formUnion(labels)
            for matcher in selector.matchers {
                #expect(
                    labels.contains(matcher.label),
                    "\(place): \(selector.metric) has no label \(matcher.label)",
                    sourceLocation: sourceLocation
                )
                expectValue(matcher, of: selector.metric, in: place, sourceLocation)
            }
        }
        let unknown = reading.groupings.subtracting(all)
        #expect(unknown.isEmpty, "\(place): nothing has the labels \(unknown)", sourceLocation: sourceLocation)
        return all
    }

    private func labels(of metric: String) -> Set<String>? {
        if let labels = Self.builtIn[metric] { return labels }
        if recorded.contains(metric) { return Self.recordedLabels }
        return vocabulary.family(named: metric).map { $0.labels.union(MetricVocabulary.targetLabels) }
    }

    /// Words that a label is compared with stand in the code, or the query will never select anything.
    private func expectValue(
        _ matcher: QueryReading.Matcher,
        of metric: String,
        in place: String,
        _ sourceLocation: SourceLocation
    ) {
        guard Self.builtIn[metric] == nil, matcher.label != "job", !matcher.value.contains("$") else { return }
        let values = matcher.isPattern ? matcher.value.split(separator: "|").map(String.init) : [matcher.value]
        for value in values where value.allSatisfy({ $0.isLetter || $0 == "_" }) {
            #expect(
                vocabulary.words.contains(value),
                "\(place): \(metric) never has \(matcher.label)=\"\(value)\"",
                sourceLocation: sourceLocation
            )
        }
    }
}
