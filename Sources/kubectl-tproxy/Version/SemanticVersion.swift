/// A version by Semantic Versioning, as far as it matters for what belongs together.
struct SemanticVersion: Hashable, Sendable, Comparable, CustomStringConvertible {
    let major: Int
    let minor: Int
    let patch: Int

    /// Reads a version such as `1.2.3`, `v1.2.3` or `1.2.3-rc.1`.
    init?(_ text: some StringProtocol) {
        let core = text.drop { $0 == "v" }.prefix { $0 != "-" && $0 != "+" }
        let parts = core.split(separator: ".", omittingEmptySubsequences: false)
        guard parts.count == 3, parts.allSatisfy({ !$0.isEmpty && $0.utf8.allSatisfy { (0x30...0x39).contains($0) } })
        else { return nil }
        let numbers = parts.compactMap { Int($0) }
        guard numbers.count == 3 else { return nil }
        (major, minor, patch) = (numbers[0], numbers[1], numbers[2])
    }

    var description: String { "\(major).\(minor).\(patch)" }

    /// Whether they belong together: they differ in what was mended only.
    func isCompatible(with other: SemanticVersion) -> Bool {
        (major, minor) == (other.major, other.minor)
    }

    static func < (left: SemanticVersion, right: SemanticVersion) -> Bool {
        (left.major, left.minor, left.patch) < (right.major, right.minor, right.patch)
    }
}
