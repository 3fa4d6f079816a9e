/// Finds what was probably meant by a misspelt word.
public enum Spelling {
    /// The candidate that is nearest to a word, if it is near enough to be meant.
    public static func nearest(to word: String, in candidates: some Sequence<String>) -> String? {
        // Beyond this length nobody mistypes a field; it also bounds the work.
        guard word.utf8.count <= 100 else { return nil }
        let lowered = word.lowercased()
        let measured = candidates.compactMap { candidate -> (candidate: String, distance: Int)? in
            // The distance is no less than what the lengths differ by, and much more work to find.
            guard abs(candidate.utf8.count - lowered.utf8.count) <= mostDistance(candidate) else { return nil }
            return (candidate, distance(lowered, candidate.lowercased()))
        }
        guard let best = measured.min(by: { ($0.distance, $0.candidate) < ($1.distance, $1.candidate) }) else {
            return nil
        }
        return best.distance <= mostDistance(best.candidate) ? best.candidate : nil
    }

    /// How far a word may be from a candidate to be meant.
    private static func mostDistance(_ candidate: String) -> Int {
        max(1, candidate.utf8.count / 3)
    }

    /// How many octets have to be added, removed, changed or swapped with their neighbours (optimal string alignment).
    private static func distance(_ left: String, _ right: String) -> Int {
        let left = Array(left.utf8)
        let right = Array(right.utf8)
        // The rows for the two octets before the current one, and for the current one.
        var beforeLast: [Int] = []
        var last = Array(0...right.count)
        for row in left.indices {
            var current = [row + 1]
            for column in right.indices {
                let change = last[column] + (left[row] == right[column] ? 0 : 1)
                var least = min(last[column + 1] + 1, current[column] + 1, change)
                if row > 0, column > 0, left[row] == right[column - 1], left[row - 1] == right[column] {
                    least = min(least, beforeLast[column - 1] + 1)
                }
                current.append(least)
            }
            beforeLast = last
            last = current
        }
        return last[right.count]
    }
}
