public import YAML

/// Where in its text each field of an object stands.
public struct SourceMap: Hashable, Sendable {
    private var keys: [FieldPath: SourcePosition] = [:]
    private var values: [FieldPath: SourcePosition] = [:]

    /// A map that knows no place, for objects that come from no text.
    public init() {}

    /// Where the value at a path begins.
    public func value(at path: FieldPath) -> SourcePosition? {
        values[path]
    }

    /// Where the key at a path begins; array items have none.
    public func key(at path: FieldPath) -> SourcePosition? {
        keys[path]
    }

    /// The best place to point at for a path: the value, or for a field that is missing, the key of the nearest
    /// parent that is there.
    public func nearest(to path: FieldPath) -> SourcePosition? {
        if let exact = values[path] { return exact }
        var ancestor = path.parent
        while let path = ancestor {
            if let position = keys[path] ?? values[path] { return position }
            ancestor = path.parent
        }
        return nil
    }

    mutating func record(_ path: FieldPath, key: SourcePosition?, value: SourcePosition) {
        values[path] = value
        if let key { keys[path] = key }
    }
}
