/// Why an `OperationsServer` did not start.
public struct OperationsServerError: Error, Hashable, Sendable, CustomStringConvertible {
    /// What is wrong, without the particulars.
    public struct Code: Hashable, Sendable {
        private enum Value: Hashable {
            case addressInUse
            case cannotListen
        }

        private let value: Value

        /// Something else listens there.
        public static let addressInUse = Code(value: .addressInUse)
        /// The address can't be had: unknown, not of this machine, or not allowed.
        public static let cannotListen = Code(value: .cannotListen)
    }

    /// What is wrong, to decide by.
    public let code: Code
    /// What is wrong, with the address, and what to do.
    public let description: String

    init(_ code: Code, _ description: String) {
        self.code = code
        self.description = description
    }
}
