/// Label names and values, checked and escaped once, to be shared by all the series of one thing, such as a route.
///
/// It is one string, so a thing with thirty series costs the memory of its labels once.
public struct MetricLabels: Hashable, Sendable {
    /// No labels at all.
    public static let none = MetricLabels()

    /// As it stands between the braces.
    let text: String
    let count: Int

    private init() {
        self.text = ""
        self.count = 0
    }

    /// Makes labels from names and values, kept in the order given: `try MetricLabels(["namespace": "shop"])`.
    ///
    /// - Throws: `MetricsError` if a name breaks the grammar, is reserved or comes twice. Any value will do.
    public init(_ pairs: KeyValuePairs<String, String>) throws(MetricsError) {
        try MetricGrammar.checkLabelNames(pairs.map(\.key))
        self.text = pairs.map { ExpositionFormat.label($0.key, $0.value) }.joined(separator: ",")
        self.count = pairs.count
    }

    /// The labels of a family, whose names have been checked. Both arrays are of one length.
    init(checkedNames names: [String], values: [String]) {
        self.text = zip(names, values).map { ExpositionFormat.label($0, $1) }.joined(separator: ",")
        self.count = values.count
    }
}
