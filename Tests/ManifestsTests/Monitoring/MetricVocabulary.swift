import TestSupport

/// Every metric that the servers have, with its labels, as the code registers them.
struct MetricVocabulary {
    /// A name and what its series may be told apart by.
    struct Family {
        var isHistogram: Bool
        var labels: Set<String>
    }

    /// What Prometheus itself adds to all series of our pods.
    static let targetLabels: Set = ["job", "pod", "instance", "namespace"]
    private static let prefixes = ["tproxy_", "tp_", "process_"]

    private(set) var families: [String: Family] = [:]
    /// Words that stand in the code as string literals or as cases: values of labels are among them.
    private(set) var words: Set<String> = []

    /// That of all sources, which are read once.
    static var shared: MetricVocabulary { get throws { try read.get() } }
    private static let read = Result { try MetricVocabulary() }

    private init() throws {
        for file in try Repository.files(below: "Sources") where file.hasSuffix(".swift") {
            let text = try Repository.text(file)
            read(text)
            for match in text.matches(of: /"([A-Za-z0-9_]+)"/) { words.insert(String(match.1)) }
            for line in text.split(separator: "\n") where line.contains("case ") {
                words.formUnion(line.split { !($0.isLetter || $0.isNumber || $0 == "_") }.map(String.init))
            }
        }
    }

    /// What a name in a query stands for; `nil` where there is no such metric.
    func family(named name: String) -> Family? {
        if let family = families[name] { return family.isHistogram ? nil : family }
        for ending in ["_bucket", "_sum", "_count"] where name.hasSuffix(ending) {
            guard var family = families[String(name.dropLast(ending.count))], family.isHistogram else { continue }
            if ending == "_bucket" { family.labels.insert("le") }
            return family
        }
        return nil
    }

    private mutating func read(_ text: String) {
        for match in text.matches(of: /registry\s*\.\s*(counter|gauge|histogram)\(\s*"([a-z_]+)"/) {
            let name = String(match.2)
            guard Self.prefixes.contains(where: name.hasPrefix) else { continue }
            let labels = Self.labels(Self.arguments(text[match.range.upperBound...]))
            families[name] = Family(isHistogram: match.1 == "histogram", labels: labels)
        }
    }

    /// The text up to the parenthesis that ends a call, without what strings say between the quotes.
    private static func arguments(_ text: Substring) -> String {
        var depth = 1
        var result = ""
        for character in text {
            switch character {
            case "(", "[": depth += 1
            case ")", "]": depth -= 1
            default: break
            }
            if depth == 0 { break }
            result.append(character)
        }
        return result
    }

    /// The names after `labels:`. What isn't a literal is the list that all metrics of routes share.
    private static func labels(_ arguments: String) -> Set<String> {
        guard let list = arguments.firstRange(of: "labels:") else { return [] }
        let text = arguments[list.upperBound...].prefix { $0 != ")" }
        let literals = Set(text.matches(of: /"([A-Za-z_]+)"/).map { String($0.1) })
        let isOfRoutes = text.contains("route")
        return isOfRoutes ? literals.union(["namespace", "destination", "tenant"]) : literals
    }
}
