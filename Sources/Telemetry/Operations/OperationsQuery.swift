/// The query of a request for one of the operations' pages: what stands behind the `?` of its target (RFC 3986 §3.4).
public struct OperationsQuery: Hashable, Sendable {
    private let values: [Substring: Substring]

    /// Reads `name=value&name=value`. Of a name that stands twice the first counts; nothing is decoded, as the pages
    /// take words and numbers alone.
    init(_ text: Substring) {
        let pairs = text.split(separator: "&").map { pair in
            let parts = pair.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false)
            return (parts[0], parts.count > 1 ? parts[1] : "")
        }
        values = Dictionary(pairs) { first, _ in first }
    }

    /// The value of a name; empty where it has none, `nil` where it isn't there.
    public subscript(name: String) -> String? { values[name[...]].map(String.init) }
}
