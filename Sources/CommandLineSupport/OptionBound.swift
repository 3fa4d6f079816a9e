internal import ArgumentParser

/// Checks the numbers of a command line.
public enum OptionBound {
    /// - Throws: for the first number that is out of its bounds, naming its option.
    public static func check(_ options: [(name: String, value: Int, bound: ClosedRange<Int>)]) throws {
        for (name, value, bound) in options where !bound.contains(value) {
            throw ValidationError("--\(name) must be between \(bound.lowerBound) and \(bound.upperBound)")
        }
    }
}
