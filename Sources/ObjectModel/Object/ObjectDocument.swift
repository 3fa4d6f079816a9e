/// An object and, where it was read from a text, the places of its fields.
public struct ObjectDocument: Hashable, Sendable {
    /// The object.
    public let value: ObjectValue
    /// Where its fields stand.
    public let positions: SourceMap

    /// Puts an object and its places together.
    public init(_ value: ObjectValue, positions: SourceMap = SourceMap()) {
        self.value = value
        self.positions = positions
    }
}
