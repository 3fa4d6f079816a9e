/// Finds what was probably meant by a misspelt word.
enum Spelling {
    /// The candidate that is nearest to a word, if it is near enough to be meant.
    static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        // Beyond this length nobody mistypes a field; it also bounds the work.
        guard word.utf8.count <= 100 else { return nil }
        let lowered = word.lowercased()
        let measured = candidates.map { (candidate: $0, distance: distance(lowered, $0.lowercased())) }
        guard let best = measured.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }) else {
            return nil
        }
        return best.distance <= max(1, best.candidate.utf8.count / 3) ? best.candidate : nil
    }

    /// How many octets have to be added, removed or changed (Levenshtein).
    private static func distance(_ left: String, _ right: String) -> Int {
        let right = Array(right.utf8)
        var row = Array(0...right.count)
        for (index, octet) in left.utf8.enumerated() {
            var diagonal = row[0]
            row[0] = index + 1
            for column in right.indices {
                let above = row[column + 1]
                row[column + 1] = min(above + 1, row[column] + 1, diagonal + (octet == right[column] ? 0 : 1))
                diagonal = above
            }
        }
        return row[right.count]
    }
}
