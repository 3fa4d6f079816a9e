/// A metric or a label that Prometheus would not accept, or that is there already.
public struct MetricsError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, without the particulars.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case invalidName
            case duplicateName
            case invalidLabelName
            case labelCountMismatch
            case invalidBuckets
        }

        private let value: Value

        /// The name breaks Prometheus's grammar or its naming conventions.
        public static let invalidName = Code(value: .invalidName)
        /// A family of that name is registered already.
        public static let duplicateName = Code(value: .duplicateName)
        /// A label name breaks the grammar, is reserved, or is given twice.
        public static let invalidLabelName = Code(value: .invalidLabelName)
        /// There are more or fewer label values than the family has label names.
        public static let labelCountMismatch = Code(value: .labelCountMismatch)
        /// Histogram bounds must be finite and each larger than the one before.
        public static let invalidBuckets = Code(value: .invalidBuckets)
    }

    /// What is wrong, to decide by.
    public let code: Code
    /// What is wrong and what would be right.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
