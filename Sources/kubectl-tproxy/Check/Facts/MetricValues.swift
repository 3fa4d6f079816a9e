/// The numbers of a page in Prometheus' text format, as far as a check needs them.
struct MetricValues: Hashable, Sendable {
    /// A number and the value of its first label.
    struct Sample: Hashable, Sendable {
        let label: String?
        let value: Double
    }

    /// No page of ours has more.
    private static let mostLines = 200_000

    private var samples: [String: [Sample]] = [:]

    /// Reads a page; lines that can't be read are passed over.
    init(_ text: String) {
        for line in text.split(separator: "\n").prefix(Self.mostLines) where !line.hasPrefix("#") {
            guard let space = line.lastIndex(of: " "), let value = Double(line[line.index(after: space)...]) else {
                continue
            }
            let head = line[..<space]
            let name = head.prefix { $0 != "{" }
            guard name.hasPrefix("tproxy_") || name.hasPrefix("tp_") else { continue }
            let label = head.dropFirst(name.count).split(separator: "\"", omittingEmptySubsequences: false)
            samples[String(name), default: []].append(
                Sample(label: label.count > 1 ? String(label[1]) : nil, value: value)
            )
        }
    }

    subscript(name: String) -> [Sample] { samples[name] ?? [] }

    /// All numbers of a name together; `nil` where there are none.
    func sum(_ name: String) -> Double? { samples[name]?.reduce(0) { $0 + $1.value } }
}
