/// The names that Prometheus's data model allows. UTF-8 names, which newer servers take, are left out on purpose: they
/// need quoting in every query.
enum MetricGrammar {
    static func isMetricName(_ name: String) -> Bool {
        isName(name, alsoAllowing: UInt8(ascii: ":"))
    }

    /// - Throws: `MetricsError` if a name breaks the grammar, is reserved or comes twice.
    static func checkLabelNames(_ names: [String]) throws(MetricsError) {
        var seen: Set<String> = []
        for name in names {
            guard isName(name, alsoAllowing: nil), !name.hasPrefix("__"), name != "le", name != "quantile" else {
                throw MetricsError(.invalidLabelName, "'\(name)' is no label name, or one that Prometheus keeps")
            }
            guard seen.insert(name).inserted else {
                throw MetricsError(.invalidLabelName, "the label '\(name)' is given twice")
            }
        }
    }

    private static func isName(_ name: String, alsoAllowing extra: UInt8?) -> Bool {
        guard let first = name.utf8.first, !(UInt8(ascii: "0")...UInt8(ascii: "9")).contains(first) else {
            return false
        }
        return name.utf8.allSatisfy { byte in
            switch byte {
            case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
                UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "_"):
                true
            default:
                byte == extra
            }
        }
    }
}
